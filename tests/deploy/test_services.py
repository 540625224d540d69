"""Services for tests: what answers is used, what does not is started privately and ended again."""

import threading
from concurrent.futures import ThreadPoolExecutor

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
            # It is set as the server of docker-compose.
            assert link.execute("SHOW shared_buffers").fetchone() == ("512MB",)
            assert link.execute("SHOW log_parameter_max_length").fetchone() == ("0",)
    assert not services.postgres_answers(url)


@pytest.mark.services
def test_a_private_redis_lives_as_long_as_it_is_needed():
    with services.private_redis() as url:
        redis.Redis.from_url(url).set("a", 1)
        assert services.redis_answers(url)
    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url(url).ping()


RUNS = 12


def chosen_at_once(url):
    """The numbers that as many runs take at the same moment and hold until all have one."""
    together = threading.Barrier(RUNS, timeout=20)

    def choose(_run):
        together.wait()
        with services.claimed_redis(url) as chosen:
            together.wait()
            return chosen

    with ThreadPoolExecutor(RUNS) as pool:
        return list(pool.map(choose, range(RUNS)))


@pytest.mark.services
def test_runs_that_start_at_once_never_share_a_number():
    with services.private_redis() as url:
        for _round in range(10):
            chosen = chosen_at_once(url)
            assert None not in chosen
            assert len(set(chosen)) == RUNS


@pytest.mark.services
def test_the_twin_that_only_looks_shares_one(monkeypatch):
    monkeypatch.setattr(services, "CLAIM", "return redis.call('DBSIZE') == 0 and 1 or 0")
    with services.private_redis() as url:
        assert set(chosen_at_once(url)) == {url.removesuffix("/0") + "/15"}


@pytest.mark.services
def test_a_number_somebody_uses_is_left_alone_and_an_own_one_is_emptied():
    with services.private_redis() as url:
        base = url.removesuffix("/0")
        redis.Redis.from_url(f"{base}/15").set("a", 1)
        with services.claimed_redis(url) as chosen:
            assert chosen == f"{base}/14"
            redis.Redis.from_url(chosen).set("left", 1)
            services.clear_redis(chosen)
            assert redis.Redis.from_url(chosen).keys() == [services.MARK.encode()]
            redis.Redis.from_url(chosen).set("left", 1)
        assert redis.Redis.from_url(f"{base}/14").dbsize() == 0
        assert redis.Redis.from_url(f"{base}/15").get("a") == b"1"


def test_without_redis_there_is_no_number():
    with services.claimed_redis(f"redis://127.0.0.1:{services.free_port()}") as chosen:
        assert chosen is None


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
