"""A firm in Shenzhen nobody knows yet: from its application to its goods in the Russian shop."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from catalog import sheets
from catalog.models import ColumnMapping, ImportJob, Offer, Picture, Product, Seller
from catalog.models import SellerApplication as Application
from tests.browser.conftest import Visitor, enter
from tests.factories import catalog, tables
from tests.shop import Shop, eventually

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
ROWS, BAD, PICTURES = 300, 12, 30
FEW = 60  # on a phone the pages are looked at; the same three hundred once more show nothing new
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
FIRM = {
    "name_zh": "深圳市晨江数码有限公司",
    "about_zh": "主营手机及配件，自 2015 年起为海外客户供货。",
    "licence": "ДЕМО-440305-00021",
    "city": "深圳",
    "legal_person": "演示人丙",
    "contact_name": "演示人丁",
    "contact_phone": "+86 138 0013 8000",
    "cnaps": "1035 8400 4034",
    "bank_name": "中国农业银行深圳分行",
    "bank_account": "1035 8400 0000 0900 17",
}


@pytest.fixture
def operator(chromium: Browser, demo: Shop) -> Iterator[Visitor]:
    """Somebody at the desk, before a screen of his own."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    made = enter(context, demo)
    made.heeds = frozenset({"serious", "critical"})  # the frame of the desks is a library's own
    made.page.set_default_timeout(PATIENCE * 1000)
    made.sign_in("operator", "/admin/")
    yield made
    context.close()


@pytest.fixture
def buyer(chromium: Browser, demo: Shop, visitor: Visitor) -> Iterator[Visitor]:
    """Somebody in Russia with the same kind of machine as the seller."""
    context = chromium.new_context(viewport=visitor.page.viewport_size, locale="ru-RU")
    yield enter(context, demo)
    context.close()


def test_a_new_seller_brings_300_goods_into_the_shop(visitor, operator, buyer, demo):
    mark = f"F{visitor.width}"
    sign_up(visitor, demo, f"{mark.lower()}@example.com")
    apply(visitor, mark)
    be_approved(visitor, operator, mark)
    take_in_goods(visitor, mark)
    mend(visitor, mark)
    take_in_pictures(visitor, mark)
    be_published(visitor, operator, mark)
    be_found(buyer, mark)


def goods_of(mark: str) -> int:
    return ROWS if mark == "F1280" else FEW


def mine(mark: str):
    return Offer.objects.filter(article__startswith=f"{mark}-")


def sign_up(visitor: Visitor, shop: Shop, email: str) -> None:
    """A stranger wants to sell, and is asked who he is first."""
    page = visitor.page
    visitor.goto("/zh-hans/")
    visitor.look("story-01-home")
    page.locator("footer a[href$='/seller/apply/']").click()
    page.wait_for_url("**/account/login/**")
    visitor.look("story-02-login")
    page.locator("main a[href*='/account/signup/']").first.click()
    page.wait_for_url("**/account/signup/**")
    visitor.look("story-03-signup")
    page.fill("[name=email]", email)
    page.fill("[name=password1]", "long enough for anybody 7")
    page.locator("main form button").first.click()
    page.wait_for_url("**/account/confirm-email/**")
    visitor.look("story-03-code")
    page.fill("[name=code]", shop.mailed_code(email))
    page.locator("main form button").first.click()
    page.wait_for_url("**/zh-hans/seller/apply/")


def apply(visitor: Visitor, mark: str) -> None:
    """The page keeps what is typed, says what is wrong beside it, and lets the rest go."""
    page = visitor.page
    visitor.look("story-04-apply")
    code = catalog.uscc(visitor.width)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    for name, value in {**FIRM, "uscc": wrong, "name_en": f"Chenjiang {mark}"}.items():
        page.fill(f"[name={name}]", value)
    for kind in ("licence", "bank"):
        page.set_input_files(f"[name=paper_{kind}]", [scan(kind)])
    page.locator("main button[name=action][value=submit]").click()
    expect(page.locator("[aria-invalid=true]")).to_have_count(2)
    visitor.look("story-05-apply-errors")

    page.fill("[name=uscc]", code)
    page.set_input_files("[name=paper_identity]", [scan("identity")])
    page.locator("main button[name=action][value=submit]").click()
    page.wait_for_selector("[data-state=SUBMITTED]")
    expect(page.locator("[name=uscc]")).to_have_count(0)
    visitor.look("story-06-applied")
    row = Application.objects.get(uscc=code)
    assert (row.state, row.papers.count()) == ("SUBMITTED", 3)


def scan(name: str) -> dict[str, object]:
    body = tables.picture(size=(300, 420), colour="white")
    return {"name": f"{name}.png", "mimeType": "image/png", "buffer": body}


def be_approved(visitor: Visitor, operator: Visitor, mark: str) -> None:
    """An operator reads the application, and a desk opens."""
    page, row = operator.page, Application.objects.get(name_en=f"Chenjiang {mark}")
    operator.goto("/admin/catalog/sellerapplication/?state__exact=SUBMITTED")
    operator.look(f"story-07-queue-{mark}")
    page.locator(f"#result_list a[href*='/{row.pk}/change/']").first.click()
    page.wait_for_url("**/change/**")
    operator.look(f"story-08-application-{mark}")
    page.locator("a[href$='/approve/']").first.click()
    page.wait_for_selector(".deed-form")
    operator.look(f"story-09-approve-{mark}")
    page.locator(".deed-yes").click()
    page.wait_for_url("**/change/**")
    assert Seller.objects.filter(uscc=row.uscc).exists()

    visitor.goto("/zh-hans/seller/")
    visitor.look("story-10-desk")
    visitor.page.locator("main .empty a[href$='/seller/import/']").click()
    visitor.page.wait_for_url("**/seller/import/")


def rows(mark: str) -> list[dict[str, str]]:
    """Phones of a seller, a few of them with a price nobody can read."""
    found = []
    for n, row in enumerate(tables.phones(goods_of(mark))):
        price = "面议" if n < BAD else row["price_cny"]
        found.append({**tables.ROW, **row, "article": f"{mark}-{n}", "price_cny": price})
        found[-1]["model"] = f"{mark} {n}"
    return found


def workbook(mark: str) -> bytes:
    title = ["2026 年秋季报价单", *[None] * (len(HEADINGS) - 1)]
    lines = [[row[name] for name in HEADINGS] for row in rows(mark)]
    return tables.book([title, list(HEADINGS.values()), *lines])


def take_in_goods(visitor: Visitor, mark: str) -> None:
    """Columns are chosen, a trial shows what would happen, and a yes makes it so."""
    visitor.look("story-11-imports")
    job = send(visitor, "GOODS", "秋季报价.xlsx", workbook(mark))
    price = visitor.page.locator(f"select[name=c{list(HEADINGS).index('price_cny')}]")
    assert price.input_value() == ""
    price.select_option("price_cny")
    visitor.look("story-12-columns")
    press(visitor, job, "try")
    visitor.page.wait_for_selector(".yes", timeout=PATIENCE * 1000)
    arrive(job, "CHECKED")
    visitor.look("story-13-trial")
    assert not mine(mark).exists()

    press(visitor, job, "start")
    arrive(job, "DONE")
    visitor.goto(f"/zh-hans/seller/import/{job.pk}/")
    visitor.look("story-14-taken-in")
    assert mine(mark).count() == goods_of(mark) - BAD
    assert ColumnMapping.objects.filter(seller=job.seller, heading=HEADINGS["price_cny"]).exists()


def send(visitor: Visitor, kind: str, name: str, body: bytes) -> ImportJob:
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


def press(visitor: Visitor, job: ImportJob, what: str) -> None:
    visitor.page.click(f"form[action$='/{job.pk}/{what}/'] button.button:not(.quiet)")
    visitor.page.wait_for_load_state()


def mend(visitor: Visitor, mark: str) -> None:
    """The refused rows come as a file; with prices anybody can read it is sent again."""
    with visitor.page.expect_download() as download:
        visitor.page.click("a[href$='refused.xlsx']")
    sheet = sheets.read(download.value.path())
    lines = [[cell.replace("面议", "1299") for cell in row.cells] for row in sheet.rows()]
    assert len(lines) == BAD
    body = tables.book([sheet.headings, *lines])
    job = send(visitor, "GOODS", "秋季报价.refused.xlsx", body)
    price = visitor.page.locator("select").filter(has=visitor.page.locator("[value=price_cny]"))
    chosen = [one.input_value() for one in price.all()]
    assert "price_cny" in chosen, "what was chosen once is remembered"
    press(visitor, job, "try")
    arrive(job, "CHECKED")
    visitor.goto(f"/zh-hans/seller/import/{job.pk}/")
    visitor.look("story-15-mended")
    press(visitor, job, "start")
    arrive(job, "DONE")
    job.refresh_from_db()
    assert job.counts == {"imported": BAD}
    assert mine(mark).filter(state="REVIEW").count() == goods_of(mark)


def take_in_pictures(visitor: Visitor, mark: str) -> None:
    """An archive named by articles; what is no picture or nobody's is said."""
    files = {
        f"{mark}-{n + BAD}.png": tables.picture(size=(640, 640), colour=(n * 8, 90, 120))
        for n in range(PICTURES)
    }
    body = tables.archive({**files, f"{mark}-{BAD}_2.jpg": b"<svg/>", "nobody.png": b"x"})
    job = send(visitor, "PICTURES", "图片.zip", body)
    arrive(job, "CHECKED")
    visitor.page.wait_for_selector(".yes", timeout=PATIENCE * 1000)
    visitor.look("story-16-pictures")
    press(visitor, job, "start")
    arrive(job, "DONE")
    assert Picture.objects.filter(variant__offers__in=mine(mark)).count() == PICTURES
    visitor.goto("/zh-hans/seller/import/")
    visitor.look("story-17-imports-after")
    visitor.goto("/zh-hans/seller/products/")
    visitor.look("story-18-products-waiting")


def be_published(visitor: Visitor, operator: Visitor, mark: str) -> None:
    """The operator looks at one, then says yes to all of the firm at once."""
    page, seller = operator.page, Seller.objects.get(name_en=f"Chenjiang {mark}")
    queue = f"/admin/catalog/offer/?state__exact=REVIEW&seller__id__exact={seller.pk}"
    operator.goto(queue)
    operator.look(f"story-19-offers-{mark}")
    page.locator("#result_list a[href*='/change/']").first.click()
    page.wait_for_url("**/change/**")
    operator.look(f"story-20-offer-{mark}")
    operator.goto(queue)
    page.locator("#action-toggle").check()
    page.locator("[name=action]").select_option("approve")
    page.locator(".question a, .actions .question a").first.click()
    operator.look(f"story-21-chosen-{mark}")
    page.locator("button[name=index]").click()
    page.wait_for_selector(".deed-form")
    operator.look(f"story-22-sure-{mark}")
    with page.expect_navigation(timeout=PATIENCE * 1000):
        page.locator(".deed-yes").click()
    operator.look(f"story-23-done-{mark}")
    assert mine(mark).filter(state="LIVE").count() == goods_of(mark)

    visitor.goto("/zh-hans/seller/products/")
    visitor.look("story-24-products-live")


def be_found(buyer: Visitor, mark: str) -> None:
    """Whoever types the model in Russian letters finds it, with its picture."""
    page = buyer.page
    stale = Product.objects.filter(variants__offers__in=mine(mark), due_at__isnull=False)
    eventually(lambda: not stale.exists(), seconds=PATIENCE, why="the goods are in the index")
    buyer.goto("/")
    page.fill("#find", f"сяоми {mark} {BAD}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    buyer.look("story-25-found")
    page.locator(".grid .card a", has_text=f"{mark} {BAD}").first.click()
    page.wait_for_url("**/p/**")
    expect(page.locator('form[action$="/cart/add/"] button').first).to_be_enabled()
    expect(
        page.locator("main img[src*='/media/'], main source[srcset*='/media/']").first
    ).to_be_attached()
    buyer.look("story-26-product")
