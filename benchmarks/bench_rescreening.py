"""A whole re-screening through the real code: database, lists taken in, the background task.

Starts a database of its own, fills it with parties (sellers, owners, banks, recipients of large
orders), takes in the lists in their publishers' files, lets the task screen everybody, takes in a
newer version and lets it screen everybody again:
    python benchmarks/bench_rescreening.py [--parties 5000] [--entries 10000]
Writes under "database" of bench_screening.json.
"""

import argparse
import json
import os
import platform
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import screening_names as made  # noqa: E402

NOW = datetime(2026, 12, 13, 9, 0, tzinfo=UTC)
RESULT = ROOT / "benchmarks" / "bench_screening.json"
OFAC = {
    "OFAC_SDN": ("sdn", "alt", "add", "sdn_comments"),
    "OFAC_CONS": ("cons_prim", "cons_alt", "cons_add", "cons_comments"),
}
ORDERS = """
INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(t) || ({own})::jsonb)).*
FROM {table} t CROSS JOIN unnest(%s::text[]) WITH ORDINALITY AS told(name, n) WHERE t.id = %s
"""
OWN = {
    "orders_quote": "jsonb_build_object('id', md5('bench' || n)::uuid)",
    "orders_order": """jsonb_build_object('id', 1000000 + n, 'quote_id', md5('bench' || n)::uuid,
        'number', lpad((100000000 + n)::text, 9, '0'), 'form_key', 'bench-' || n,
        'token_hash', 'bench-' || n, 'recipient', name)""",
}
TRADES = ("电子", "贸易", "科技", "国际", "光电", "五金")
TRADES_EN = ("Electronics", "Trading", "Technology", "International", "Optics", "Hardware")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parties", type=int, default=5000)
    parser.add_argument("--entries", type=int, default=10_000)
    told = parser.parse_args()
    import django

    django.setup()
    from storefront.lib import clock
    from storefront.management import stage

    with tempfile.TemporaryDirectory(prefix="sungari-screening-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with stage.alone(folder, seed=7), clock.simulated(NOW):
            fill(told.parties, random.Random(7))
            rows = measure(told.entries)
    rows |= {"load": round(os.getloadavg()[1], 1)}
    rows |= {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z", "machine": platform.platform()}
    for key, value in rows.items():
        print(f"{key:<16} {value}")
    kept = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    body = json.dumps({**kept, "database": rows}, ensure_ascii=False, indent=1)
    RESULT.write_text(body + "\n", encoding="utf-8")


def fill(parties: int, chance: random.Random) -> None:
    """Of ten parties three are sellers, three owners, four recipients; a few are banks."""
    from django.db import connection

    from catalog.models import Seller, SellerMember
    from storefront.accounts.models import User
    from tests.factories import catalog as goods
    from tests.factories import orders as factory

    firms, people = parties * 3 // 10 - 50, parties * 4 // 10
    owners = made.chinese(firms, chance)
    users = User.objects.bulk_create(
        User(email=f"owner-{n}@example.com", name=name) for n, name in enumerate(owners)
    )
    sellers = Seller.objects.bulk_create(seller(n, chance, goods.uscc) for n in range(firms))
    SellerMember.objects.bulk_create(
        SellerMember(seller=one, user=user, role=SellerMember.Role.OWNER)
        for one, user in zip(sellers, users, strict=True)
    )
    order = factory.order(goods.offer("1299.00"))
    total = 200_000 + order.freight.amount
    type(order).objects.filter(pk=order.pk).update(goods=200_000, total=total)
    names = made.russians(made.DATA / "ru_names_petrovich", people, chance)
    pattern = {"orders_quote": order.quote_id, "orders_order": order.pk}
    with connection.cursor() as cursor:
        for table, own in OWN.items():
            cursor.execute(ORDERS.format(table=table, own=own), [names, pattern[table]])


def seller(n: int, chance: random.Random, uscc: Any) -> Any:
    """A firm in three languages, at one of a hundred banks."""
    from catalog.models import Seller

    (name,) = made.chinese(1, chance)
    trade = chance.randrange(len(TRADES))
    return Seller(
        slug=f"bench-{n}",
        name_zh=f"深圳市{name[1:]}{chance.choice(made.GIVEN)}{TRADES[trade]}有限公司",
        name_en=f"Shenzhen {chance.choice(made.LATIN)} {TRADES_EN[trade]} Co., Ltd.",
        name_ru=f"ООО «Шэньчжэнь {chance.choice(made.LATIN)} Трейд»",
        uscc=uscc(500_000 + n),
        city="Shenzhen",
        cnaps=f"1045840{n % 100:05d}",
        bank_name=f"中国银行深圳{made.GIVEN[n % 100]}{made.GIVEN[n % 100 + 1]}支行",
        bank_account=f"10458400000000{n:05d}",
        commission_bps=700,
        is_demo=True,
        joined_on=date(2025, 3, 1),
    )


def files(entries: int) -> dict[str, list[tuple[str, bytes]]]:
    """The lists as their publishers give them, and so many more in the Union's form."""
    import gzip

    from payments.screening import taking

    def body(folder: str, name: str) -> tuple[str, bytes]:
        return name, gzip.decompress((made.DATA / folder / f"{name}.gz").read_bytes())

    found = {
        kind: [body("sanctions_ofac_a_2019", f"{name}.csv") for name in names]
        for kind, names in OFAC.items()
    }
    found["UN"] = [body("sanctions_un_a_2018", "consolidated.xml")]
    known = [
        entry
        for kind, some in found.items()
        for entry in taking.read(kind, [content for _name, content in some])
    ]
    chance = random.Random(7)
    rows = []
    for n in range(entries - len(known)):
        one, two = chance.sample(known, 2)
        name = f"{one.names[0].text.split()[0]} {two.names[0].text.split()[-1]}"
        rows.append(
            f'<sanctionEntity logicalId="{n}"><subjectType classificationCode="person"/>'
            f"<nameAlias wholeName={quoteattr(name)}/></sanctionEntity>"
        )
    found["EU"] = [("eu.xml", f"<export>{''.join(rows)}</export>".encode())]
    return found


def measure(entries: int) -> dict[str, Any]:
    from payments.models import Hit, ListedParty, ScreenedParty
    from payments.screening import taking

    told: dict[str, Any] = {}
    begun = time.perf_counter()
    known = files(entries)
    for kind, some in known.items():
        taking.take(kind, some, published_on=date(2026, 12, 1), actor="bench", now=NOW)
    told["lists_taken_s"] = round(time.perf_counter() - begun, 1)
    told["entries"] = ListedParty.objects.filter(until=None).count()
    told["first"] = passed()
    name, content = known["EU"][0]
    fewer = content.replace(b'logicalId="0"', b'logicalId="n"', 1)
    taking.take("EU", [(name, fewer)], published_on=date(2026, 12, 2), actor="bench", now=NOW)
    told["on_a_new_list"] = passed()
    told["parties"] = ScreenedParty.objects.count()
    told["hits"] = Hit.objects.count()
    told["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return told


def passed() -> dict[str, Any]:
    """What the worker does until the run is closed, task by task."""
    from payments import tasks
    from payments.models import ScreeningRun

    run = ScreeningRun.objects.get(closed_at=None)
    wall, cpu, longest, count = time.perf_counter(), time.process_time(), 0.0, 0
    while ScreeningRun.objects.filter(pk=run.pk, closed_at=None).exists():
        begun = time.perf_counter()
        tasks.screen_parties(id=run.pk)
        longest, count = max(longest, time.perf_counter() - begun), count + 1
    run.refresh_from_db()
    return {
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "tasks": count,
        "longest_task_s": round(longest, 1),
        "parties": run.parties,
        "new_hits": run.hits,
    }


if __name__ == "__main__":
    main()
