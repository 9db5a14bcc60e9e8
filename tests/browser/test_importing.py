"""A seller takes in 300 goods and their pictures by Chinese pages, and mends what was refused."""

import re

from catalog import sheets
from catalog.models import ColumnMapping, ImportJob, Offer, Picture
from storefront.management import world
from tests.browser.test_working import sign_in
from tests.factories import tables
from tests.shop import eventually

ROWS, BAD, PICTURES = 300, 12, 30
PATIENCE = 180
HEADINGS = {
    "article": "货号",
    "brand": "品牌",
    "model": "型号",
    "kind": "类型",
    "colour": "颜色",
    "ram_gb": "运行内存",
    "storage_gb": "存储容量",
    "price_cny": "我们的价格",
    "quantity": "库存",
    "hs_code": "海关编码",
    "origin": "产地",
    "net_weight_g": "净重",
    "weight_g": "毛重",
    "length_mm": "长",
    "width_mm": "宽",
    "height_mm": "高",
    "battery_kind": "电池类型",
    "battery_wh": "瓦时",
    "fsb_notification": "FSB通知",
}


def rows(mark: str) -> list[dict[str, str]]:
    """Phones of a seller, a few of them with a price nobody can read."""
    found = []
    for n, row in enumerate(tables.phones(ROWS)):
        price = "面议" if n < BAD else row["price_cny"]
        found.append({**tables.ROW, **row, "article": f"{mark}-{n}", "price_cny": price})
        found[-1]["model"] = f"{mark} {n}"
    return found


def workbook(mark: str) -> bytes:
    title = ["2026 年秋季报价单", *[None] * (len(HEADINGS) - 1)]
    lines = [[row[name] for name in HEADINGS] for row in rows(mark)]
    return tables.book([title, list(HEADINGS.values()), *lines])


def pictures(mark: str) -> bytes:
    good = {
        f"{mark}-{n + BAD}.png": tables.picture(size=(640, 640), colour=(n * 8, 90, 120))
        for n in range(PICTURES)
    }
    return tables.archive({**good, f"{mark}-{BAD}_2.jpg": b"<svg/>", "nobody.png": b"x"})


def send(visitor, kind: str, name: str, body: bytes) -> ImportJob:
    visitor.goto("/zh-hans/seller/import/")
    form = visitor.page.locator(f"form:has(input[name=kind][value={kind}])")
    form.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": body}
    )
    form.locator("button").click()
    visitor.page.wait_for_url(re.compile(r"/seller/import/\d+/$"))
    return ImportJob.objects.latest("pk")


def arrive(job: ImportJob, state: str) -> None:
    found = ImportJob.objects.filter(pk=job.pk, state=state)
    eventually(found.exists, seconds=PATIENCE, why=f"the import is {state}")


def press(visitor, job: ImportJob, what: str) -> None:
    visitor.page.click(f"form[action$='/{job.pk}/{what}/'] button.button:not(.quiet)")
    visitor.page.wait_for_load_state()


def test_seller_takes_in_a_workbook_with_pictures_and_mends_what_was_refused(visitor, demo):
    mark = f"F{(visitor.page.viewport_size or {})['width']}"
    sign_in(visitor, "seller", "/zh-hans/seller/import/")
    visitor.look("imports")
    his = Offer.objects.filter(seller__members__user__email=world.login("seller")["email"])

    job = send(visitor, "GOODS", "秋季报价.xlsx", workbook(mark))
    price = visitor.page.locator(f"select[name=c{list(HEADINGS).index('price_cny')}]")
    remembered = ColumnMapping.objects.filter(heading=HEADINGS["price_cny"]).exists()
    assert price.input_value() == ("price_cny" if remembered else "")
    price.select_option("price_cny")
    visitor.look("import-columns")
    press(visitor, job, "try")
    visitor.page.wait_for_selector(".yes", timeout=PATIENCE * 1000)
    arrive(job, "CHECKED")
    visitor.look("import-found")
    assert not his.filter(article__startswith=mark).exists()

    press(visitor, job, "start")
    arrive(job, "DONE")
    visitor.goto(f"/zh-hans/seller/import/{job.pk}/")
    visitor.look("import-done")
    assert his.filter(article__startswith=mark).count() == ROWS - BAD

    with visitor.page.expect_download() as download:
        visitor.page.click("a[href$='refused.xlsx']")
    mended(visitor, download.value.path())
    assert his.filter(article__startswith=mark, state="REVIEW").count() == ROWS

    job = send(visitor, "PICTURES", "图片.zip", pictures(mark))
    arrive(job, "CHECKED")
    visitor.page.wait_for_selector(".yes", timeout=PATIENCE * 1000)
    visitor.look("import-pictures")
    press(visitor, job, "start")
    arrive(job, "DONE")
    shown = Picture.objects.filter(variant__offers__article__startswith=mark)
    assert shown.count() == PICTURES
    visitor.goto("/zh-hans/seller/import/")
    visitor.look("imports-after")


def mended(visitor, path) -> None:
    """The refused rows, with a price anybody can read, sent again."""
    sheet = sheets.read(path)
    lines = [[cell.replace("面议", "1299") for cell in row.cells] for row in sheet.rows()]
    assert len(lines) == BAD
    body = tables.book([sheet.headings, *lines])
    job = send(visitor, "GOODS", "秋季报价.refused.xlsx", body)
    press(visitor, job, "try")
    arrive(job, "CHECKED")
    visitor.goto(f"/zh-hans/seller/import/{job.pk}/")
    press(visitor, job, "start")
    arrive(job, "DONE")
    job.refresh_from_db()
    assert job.counts == {"imported": BAD}
