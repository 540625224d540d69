"""A cache that is a convenience: when Redis is gone, a read is a miss and a write is nothing."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

log = logging.getLogger(__name__)


def unreachable(*also: type[Exception]) -> tuple[type[Exception], ...]:
    """What says that a server does not answer, for an ``except`` alone: that asks for it only once something failed, so
    that a process which never speaks to Redis does without its client, and the 19 MB that costs."""
    from redis.exceptions import RedisError

    return RedisError, OSError, *also


def redis_behind_cache() -> Any:
    """A client of the server that the cache is on, which raises what the cache forgives; None where the cache is in this
    process."""
    client = getattr(caches["default"], "_cache", None)
    return client.get_client(write=True) if isinstance(client, RedisCacheClient) else None


def forgiving(default: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def wrap(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
            try:
                return method(self, *args, **kwargs)
            except unreachable() as error:
                log.warning("cache %s skipped: %s", method.__name__, type(error).__name__)
                if method.__name__ == "get":
                    return args[1] if len(args) > 1 else kwargs.get("default")
                return default() if callable(default) else default

        return call

    return wrap


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, except that an unreachable server is never an error for the reader of a page."""

    add = forgiving(True)(RedisCache.add)
    get = forgiving(None)(RedisCache.get)
    set = forgiving(None)(RedisCache.set)
    touch = forgiving(False)(RedisCache.touch)
    delete = forgiving(False)(RedisCache.delete)
    get_many = forgiving(dict)(RedisCache.get_many)
    set_many = forgiving(list)(RedisCache.set_many)
    delete_many = forgiving(None)(RedisCache.delete_many)
    has_key = forgiving(False)(RedisCache.has_key)
    clear = forgiving(False)(RedisCache.clear)
    # Rate limits count on this one: without a server each count starts anew.
    incr = forgiving(1)(RedisCache.incr)
