"""A real Redis for leaderboards: the one that REDIS_URL names, else a private one."""

import os

import pytest
import redis

from deploy.services import Missing, clear_redis, private_redis
from gamification.services.boards import told


@pytest.fixture(scope="session")
def redis_url():
    if named := os.environ.get("REDIS_URL"):
        yield named
        return
    try:
        with private_redis() as url:
            yield url
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def board_redis(redis_url, settings):
    """The cache is on Redis for this test, which begins empty."""
    settings.CACHES = {
        "default": {"BACKEND": "workbench.cache.ForgivingRedisCache", "LOCATION": redis_url, "KEY_PREFIX": "lectern"}
    }
    told.missed = False
    clear_redis(redis_url)
    with redis.Redis.from_url(redis_url) as link:
        yield link
    clear_redis(redis_url)
