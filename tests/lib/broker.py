"""A broker of a test's own: one database of the run's Valkey, read behind Celery's back."""

import base64
import json
import os
from typing import Self
from urllib.parse import urlsplit

import kombu.pools
import redis
from celery import Celery

FIRST_DATABASE = 40  # those below belong to the caches and brokers of others


class Broker:
    """Points Celery of this process at a database, and says what lies in its queues."""

    def __init__(self, app: Celery) -> None:
        self.app = app
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
        number = FIRST_DATABASE + int(worker.removeprefix("gw"))
        self.url = urlsplit(os.environ["TEST_REDIS_URL"])._replace(path=f"/{number}").geturl()

    def __enter__(self) -> Self:
        self.before = self.app.conf.broker_url
        self.client = redis.Redis.from_url(self.url)
        self.client.flushdb()
        self._point(self.url)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.flushdb()
        self.client.close()
        self._point(self.before)

    def go_away(self) -> None:
        """From now on nobody listens where the broker was."""
        self._point("redis://127.0.0.1:1/0")

    def hints(self, queue: str) -> list[tuple[str, int]]:
        """Task and row of each message in a queue, the oldest first."""
        found = []
        for raw in reversed(self.client.lrange(queue, 0, -1)):
            message = json.loads(raw)
            _args, kwargs, _embed = json.loads(base64.b64decode(message["body"]))
            found.append((message["headers"]["task"], kwargs["id"]))
        return found

    def _point(self, url: str) -> None:
        kombu.pools.reset()
        self.app._pool = None
        self.app.amqp._producer_pool = None
        self.app.conf.broker_url = url
