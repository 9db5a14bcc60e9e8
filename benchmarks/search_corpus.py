"""A shop of its own to search in: the Russian catalogue, the phones and the demo goods.

PostgreSQL is started on a folder of its own, migrated, filled in bulk and indexed by the product's
own code. With a folder given the shop is kept there and found again.
"""

import csv
import gzip
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATA = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
WORKERS = 2
BATCH = 2_000
COLOURS = 3

# How the categories of the catalogue answer to our kinds; of several the first that fits.
KINDS = (
    (r"чехол|чехл|case\b|sleeve|футляр", r"чехлы для эл|футляр для тел|мобильн|неклассиф", "case"),
    (r"гарнитура|наушник|headphone|earphone|headset", r"наушник", "headphones"),
    (r"планшет|ipad|tablet|\btab\b", r"планшетные|^планшет$", "tablet"),
    (r"", r"смартфон|телефон мобильный|mobiles", "phone"),
    (r"повербанк|power bank|внешний аккум|акб внеш", r"", "power_bank"),
    (r"заряд|charger", r"зарядн|аксессуары для мобильн", "charger"),
    (r"кабель|cable|шнур", r"кабел|шнуры|cables", "cable"),
    (r"клавиатур|keyboard", r"клавиатура", "keyboard"),
    (r"колонк|speaker|акустич", r"акустика", "speaker"),
    (r"хаб|hub|концентратор", r"usb", "hub"),
)
TABLET_INCHES = 6.99


@contextmanager
def shop(folder: Path | None = None) -> Iterator[float]:
    """Start the shop, filled; gives the seconds it took to fill it, 0 if it was there."""
    with tempfile.TemporaryDirectory(prefix="sungari-search-") as passing:
        place = folder or Path(passing)
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o755)
        from storefront import embedded

        with (
            embedded.start_postgres(place / "pg", durable=False) as server,
            embedded.start_valkey(place / "valkey") as valkey,
        ):
            _settle(server.owner_url, server.app_url, valkey.url)
            is_new = not (place / "filled").exists()
            if is_new:
                _command("migrate", AS_OWNER="1")
                _command("load_reference", AS_OWNER="")
            import django

            django.setup()
            began = time.perf_counter()
            if is_new:
                _fill()
                (place / "filled").touch()
            yield time.perf_counter() - began if is_new else 0.0
            from django.db import connections

            connections.close_all()


def _settle(owner_url: str, app_url: str, redis_url: str) -> None:
    os.environ |= {
        "DATABASE_OWNER_URL": owner_url,
        "DATABASE_URL": app_url,
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }


def _command(name: str, **environment: str) -> None:
    command = [sys.executable, "-W", "ignore", "manage.py", name, "--skip-checks", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)


def _fill() -> None:
    """Write the goods, then index them in as many processes as there are cores."""
    from django.db import connections

    writer = Writer()
    for row in catalogue():
        writer.catalogue_row(row)
    for phone in phones():
        writer.phone(phone)
    writer.write()
    writer.demo()
    _analyse()
    connections.close_all()
    index = "from benchmarks import search_corpus as corpus; corpus.index_part({}, {})"
    running = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-c", index.format(n, WORKERS)], cwd=ROOT)
        for n in range(WORKERS)
    ]
    ends = [process.wait() for process in running]
    if any(ends):
        raise SystemExit("the goods could not be indexed")
    from catalog import search
    from catalog.search import vocabulary

    search.restack(now=NOW)
    _analyse()
    vocabulary.count_again()


def _analyse() -> None:
    import psycopg2

    with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        connection.cursor().execute("ANALYZE")


def index_part(number: int, parts: int) -> None:
    """Index every product whose key leaves this rest; run in a process of its own."""
    import django

    django.setup()
    from django.db.models import F

    import storefront.celery  # noqa: F401  hints to workers go to the broker of the settings
    from catalog import search
    from catalog.models import Product

    goods = Product.objects.annotate(part=F("pk") % parts).filter(part=number, is_listed=False)
    for product in goods.select_related("brand").order_by("pk").iterator():
        search.index(product, now=NOW)


def catalogue() -> list[dict[str, str]]:
    """The Russian catalogue; a tab-separated table without quotes."""
    path = DATA / "catalogue_ru_barcodes_a" / "products_ru.tsv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def phones() -> list[dict[str, str]]:
    path = DATA / "phones_a_gsmarena2021" / "gsmarena.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def kind_of(name: str, category: str) -> str:
    """The kind of a row of the catalogue, or nothing if it is of none of ours."""
    small, shelf = name.lower(), category.rpartition("/")[2].lower()
    for in_name, in_shelf, kind in KINDS:
        if (not in_name or re.search(in_name, small)) and re.search(in_shelf, shelf):
            return kind
    return ""


class Writer:
    """Collects rows of all tables and writes them in bulk."""

    def __init__(self) -> None:
        from catalog.models import Brand, Category, Offer, Product, Seller, Variant
        from catalog.words import fold

        self.models, self.fold = (Product, Variant, Offer), fold
        self.brands = {}
        for brand in Brand.objects.all():
            for name in (brand.name, brand.slug):
                self.brands.setdefault(fold(name), brand)
        self.shelves = {shelf.kind: shelf for shelf in Category.objects.exclude(kind="")}
        titles = {"title_ru": "Прочее", "title_zh": "其他", "title_en": "Other"}
        self.shelves[""] = Category.objects.create(slug="other", position=99, **titles)
        self.seller = Seller.objects.create(
            slug="corpus", name_zh="检索演示", name_ru="Поиск (демо)", name_en="Search (demo)",
            uscc="91440300MA5DEMO00X", city="Shenzhen", is_demo=True, joined_on=NOW.date(),
            commission_bps=700,
        )  # fmt: skip
        self.rows: list[tuple[Any, list[tuple[Any, Any]]]] = []

    def brand(self, name: str) -> Any:
        from catalog.models import Brand

        key = self.fold(name)
        if key not in self.brands:
            number = len(self.brands)
            self.brands[key] = Brand.objects.create(slug=f"corpus-{number}", name=name[:60] or "—")
        return self.brands[key]

    def catalogue_row(self, row: dict[str, str]) -> None:
        name, barcode = row["Name"].strip(), row["UPCEAN"].strip()
        kind = kind_of(name, row["CategoryName"])
        product = self._product(row["BrandName"], kind, name, slug=f"ru-{row['ID']}")
        self._offers(product, [{"barcode": barcode[:14]}], article=f"RU-{row['ID']}")

    def phone(self, row: dict[str, str]) -> None:
        maker, _space, model = row["name"].partition(" ")
        inches = _number(row["size"]) or 0
        is_watch = "watch" in model.lower() or "gear" in model.lower()
        is_tablet = not is_watch and inches > TABLET_INCHES
        kind = "watch" if is_watch else "tablet" if is_tablet else "phone"
        word = {"watch": "Смарт-часы", "tablet": "Планшет"}.get(kind) or (
            "Смартфон" if row["os"] else "Телефон"
        )
        title = f"{word} {row['name']}"
        slug = "gsm-" + re.sub(r"\W+", "-", row["url"].rpartition("/")[2].removesuffix(".php"))
        product = self._product(maker, kind, title, slug=slug, model=model)
        product.specs = _specs(row, inches)
        sizes = _sizes(row["internal"]) or [{}]
        named = (part.strip() for part in row["colors"].split(","))
        colours = list(dict.fromkeys(filter(None, named)))[:COLOURS]
        looks = [
            {**size, "colour_en": colour[:60], "colour_key": f"c{crc32(colour.encode())}"}
            for size in sizes
            for colour in colours or [""]
        ]
        self._offers(product, looks, article=f"GSM-{slug[4:]}"[:50])

    def demo(self) -> None:
        """Sellers, products and offers of the demo world, which wants an empty shop."""
        from storefront.management import world

        products, variants, offers = (self._demo_rows(world, part) for part in _DEMO)
        for row in products:
            kind = row["kind"]
            product = self._product(row["brand"], kind, row["title_ru"], slug=row["key"])
            product.model, product.title_zh = row["model"], row["title_zh"]
            product.title_en, product.released = row["title_en"], row["released"]
            product.specs = _demo_specs(row)
            own = [each for each in variants if each["product"] == row["key"]]
            articles = {each["variant"]: each["article"] for each in offers}
            self._offers(product, [_demo_variant(each, articles) for each in own], article="")
        self.write()

    @staticmethod
    def _demo_rows(world: Any, part: str) -> list[dict[str, str]]:
        return list(world.table(part))

    def _product(self, brand: str, kind: str, title: str, *, slug: str, model: str = "") -> Any:
        return self.models[0](
            slug=slug[:120], brand=self.brand(brand), kind=kind, model=(model or title)[:120],
            category=self.shelves.get(kind, self.shelves[""]), title_ru=title, due_at=None,
        )  # fmt: skip

    def _offers(self, product: Any, variants: list[dict[str, Any]], *, article: str) -> None:
        _product, variant_model, offer_model = self.models
        made = []
        for number, facts in enumerate(variants):
            own = facts.pop("article", "") or f"{article}-{number}"
            variant = variant_model(
                product=product, slug=f"{product.slug}-{number}"[:160], position=number,
                hs_code="8517130000", origin="CN", net_weight_g=100, weight_g=150, length_mm=100,
                width_mm=100, height_mm=50, **facts,
            )  # fmt: skip
            price = Decimal(crc32(variant.slug.encode()) % 500_000 + 1_000) / 100
            offer = offer_model(
                seller=self.seller, variant=variant, article=own[:60], price=price,
                price_currency="CNY", state="LIVE", updated_at=NOW,
            )  # fmt: skip
            made.append((variant, offer))
        self.rows.append((product, made))

    def write(self) -> None:
        product, variant, offer = self.models
        product.objects.bulk_create([row for row, _made in self.rows], batch_size=BATCH)
        pairs = [pair for _row, made in self.rows for pair in made]
        variant.objects.bulk_create([pair[0] for pair in pairs], batch_size=BATCH)
        offer.objects.bulk_create([pair[1] for pair in pairs], batch_size=BATCH)
        self.rows = []


_DEMO = ("products", "variants", "offers")
_NUMBERS = {"battery_mah", "charge_w", "screen_inch", "refresh_hz", "main_camera_mp"}


def _demo_specs(row: dict[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {key: float(row[key]) for key in _NUMBERS if row[key]}
    facts |= {key: row[key] == "1" for key in ("five_g", "nfc", "noise_cancelling") if row[key]}
    return facts | {key: row[key] for key in ("chipset", "water", "os") if row[key]}


def _demo_variant(row: dict[str, str], articles: dict[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {key: int(row[key]) for key in ("ram_gb", "storage_gb") if row[key]}
    same = ("barcode", "colour_ru", "colour_zh", "colour_en")
    facts |= {key: row[key] for key in same} | {"colour_key": row["colour"]}
    return facts | {"article": articles.get(row["variant"], "")}


def _specs(row: dict[str, str], inches: float) -> dict[str, Any]:
    battery = re.search(r"(\d+) mAh", row["battery-type"])
    camera = re.search(r"(\d+(?:\.\d+)?) MP", row["main-camera"])
    charge = re.search(r"(\d+)W", row["charging"])
    hertz = re.search(r"(\d+)Hz", row["display-type"])
    facts = {
        "screen_inch": inches or None,
        "battery_mah": int(battery[1]) if battery else None,
        "main_camera_mp": float(camera[1]) if camera else None,
        "charge_w": int(charge[1]) if charge else None,
        "refresh_hz": int(hertz[1]) if hertz else None,
        "five_g": "5G" in row["technology"] or None,
        "nfc": row["nfc"].startswith("Yes") or None,
        "chipset": row["chipset"][:80] or None,
    }
    return {key: value for key, value in facts.items() if value}


def _sizes(internal: str) -> list[dict[str, int]]:
    """Memory and storage of each version: 64GB 4GB RAM, 128GB 6GB RAM."""
    found = []
    for part in internal.split(","):
        storage = re.search(r"(\d+)\s?(GB|TB)(?! RAM)", part)
        ram = re.search(r"(\d+)\s?GB RAM", part)
        if storage:
            size = int(storage[1]) * (1024 if storage[2] == "TB" else 1)
            found.append({"storage_gb": size} | ({"ram_gb": int(ram[1])} if ram else {}))
    unique = {(each["storage_gb"], each.get("ram_gb")): each for each in found}
    return list(unique.values())[:4]


def _number(text: str) -> float | None:
    match = re.match(r"(\d+(?:\.\d+)?)", text)
    return float(match[1]) if match else None
