"""The shop's own worker, which also writes down how long it waited for the world outside.

Started by `bench_centre.py` with `celery -A benchmarks.centre_worker`; CENTRE_WAITED names a
folder in which each process keeps one file with its number of answers and seconds.
"""

import os
import time
from pathlib import Path
from typing import Any

from celery.signals import task_postrun
from urllib3.connection import HTTPConnection

from storefront.celery import app

__all__ = ["app"]
FOLDER = Path(os.environ["CENTRE_WAITED"])
waited = {"answers": 0, "seconds": 0.0}
listen = HTTPConnection.getresponse


def timed(connection: Any, *given: Any, **named: Any) -> Any:
    """From the last byte of a question to the head of its answer."""
    began = time.perf_counter()
    try:
        return listen(connection, *given, **named)
    finally:
        waited["answers"] += 1
        waited["seconds"] += time.perf_counter() - began


HTTPConnection.getresponse = timed  # type: ignore[method-assign]


@task_postrun.connect
def keep(**_told: Any) -> None:
    if waited["answers"]:
        draft = FOLDER / f"{os.getpid()}.draft"
        draft.write_text(f"{waited['answers']} {waited['seconds']}")
        draft.replace(FOLDER / f"{os.getpid()}")
