"""Services for tests: what answers is used, what does not is started privately and ended again."""

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from deploy import services


@pytest.mark.services
def test_a_private_postgres_lives_as_long_as_it_is_needed():
    with services.private_postgres() as url:
        assert services.postgres_answers(url)
        with psycopg.connect(url) as link:
            assert link.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    assert not services.postgres_answers(url)


@pytest.mark.services
def test_a_private_redis_lives_as_long_as_it_is_needed():
    with services.private_redis() as url:
        redis.Redis.from_url(url).set("a", 1)
        assert services.empty_redis(url) != url
    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url(url).ping()


@pytest.mark.services
@pytest.mark.django_db
def test_these_tests_run_on_postgresql():
    assert connection.vendor == "postgresql"
    assert settings.REDIS_URL.startswith("redis://")


def test_every_run_has_a_database_of_its_own(monkeypatch):
    monkeypatch.setattr(services.os, "getpid", lambda: 7)
    assert (
        services.own_database("postgres://lea:x@127.0.0.1:5432/postgres") == "postgres://lea:x@127.0.0.1:5432/lectern_7"
    )


def test_a_server_that_somebody_named_is_tried_first(monkeypatch):
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://named/db")
    monkeypatch.setenv("PGUSER", "le a")
    monkeypatch.setenv("PGPASSWORD", "p:w")
    assert list(services.postgres_here()) == ["postgres://named/db", "postgres://le%20a:p%3Aw@127.0.0.1:5432/postgres"]


def test_without_postgres_the_way_to_it_is_said(monkeypatch, capsys):
    def missing():
        raise services.Missing("These tests need PostgreSQL")

    monkeypatch.setattr(services, "postgres_answers", lambda url: False)
    monkeypatch.setattr(services, "postgres_programs", missing)
    assert services.main(["true"]) == 1
    assert "These tests need PostgreSQL" in capsys.readouterr().out
