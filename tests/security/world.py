"""One small world for every address: a row of everything, two buyers, two sellers, all desks."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from catalog import access, applications, members, papers, promotions
from catalog.models import ImportJob, Offer, Question, Seller, SellerMember
from logistics import shipments
from logistics import warehouse as stocks
from logistics.customs import identities
from logistics.models import BinCount, IdentityRule, Wave
from logistics.stocking import advices
from orders import lifecycle, tokens
from orders.models import Order
from payments import disputes as trade
from payments.models import Settlement
from storefront.accounts.models import User
from storefront.flows import disputes
from storefront.lib import clock
from tests.admin import world as desks
from tests.factories import catalog, logistics, orders, payments, warehouse
from tests.factories.papers import ANNA
from tests.views.shelf import listed

BACKEND = "django.contrib.auth.backends.ModelBackend"
STAFF = ("floor", "customs", "finance", "operator", "authority")
ROLES = ("anonymous", "anna", "gleb", "boris", "lin", *STAFF)
NOW = orders.NOW + timedelta(days=6)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
Address = dict[str, Any]


class World:
    """Who is there, and where his things are."""

    def __init__(self) -> None:
        """Fill the database; the clock stands at NOW."""
        self.people = desks.fill(1)
        payments.rate(on=NOW.date())  # or no shelf had a price
        self.addresses: dict[str, Address] = {}
        self.offer = listed()
        self.seller: Seller = self.offer.seller
        self.people["anna"] = User.objects.create_user("anna@example.com", desks.PASSWORD)
        self.people["boris"] = self._seat("boris", self.seller)
        self.people["lin"] = self._seat("lin", catalog.seller())
        self._bought()
        self._sold()
        self._on_the_floor()
        self.cookies = {role: self._signed_in(role) for role in ROLES if role != "anonymous"}

    def _seat(self, name: str, seller: Seller) -> User:
        user = User.objects.create_user(f"{name}@example.com", desks.PASSWORD)
        SellerMember.objects.create(user=user, seller=seller, role="OWNER")
        return user

    def _signed_in(self, role: str) -> Any:
        client = Client()
        client.force_login(self.people[role], backend=BACKEND)
        return client.cookies

    def client(self, role: str, **options: Any) -> Client:
        """A browser of somebody; an error of ours is an answer, as it is to a stranger."""
        client = Client(raise_request_exception=False, **options)
        if role != "anonymous":
            client.cookies.load({name: one.value for name, one in self.cookies[role].items()})
        return client

    def _bought(self) -> None:
        """Anna's orders: one with a dispute and papers, one on its way."""
        anna, product = self.people["anna"], self.offer.variant.product
        self.order = orders.order(self.offer, user_id=anna.pk)
        stocks.reserve(self.order, actor="test", now=orders.NOW)
        payments.paid(self.order)
        identities.open_for(
            self.order, IdentityRule.objects.earliest("pk"), ANNA, actor="guest", now=orders.NOW
        )
        self.parcel = logistics.shipment(self.order)
        payments.delivered(self.order)
        claim = trade.Claim("DAMAGED", "PARTIAL", "Разбит угол", self.order.lines.get())
        given = [("act.pdf", papers.read(PDF))]
        who = f"user:{anna.pk}"
        dispute = disputes.open(self.order.deliveries.get(), claim, given, actor=who, now=NOW)
        number, pk, file = self.order.number, dispute.pk, dispute.files.get().pk
        question = Question.objects.create(
            product=product, asker=self.people["gleb"], text="Есть ли NFC?", asked_at=NOW
        )
        one = {"number": number}
        this = {**one, "pk": pk}
        self.addresses |= {
            "product": {"slug": product.slug},
            "category": {"slug": "smartphones"},
            "store": {"slug": self.seller.slug},
            "picture": {"slug": self.offer.variant.slug, "view": "front"},
            "order": one,
            "order_received": {**one, "position": 1},
            "dispute": this,
            "dispute_file": {**this, "file": file},
            "order_guest": {"token": tokens.guest(self.order.form_key)},
            "way_map": {"number": self.parcel.number},
            "seller_dispute": {"pk": pk},
            "seller_dispute_file": {"pk": pk, "file": file},
            "seller_answer": {"kind": "questions", "pk": question.pk},
        }

    def _sold(self) -> None:
        """What stands on the desk of Boris."""
        seller, offer, hands = self.seller, self.offer, {"actor": "user:1", "now": NOW}
        handed = self._waiting()
        list_ = promotions.list_prices(
            seller, promotions.Plan("双十二", NOW), prices={offer.pk: Decimal(999)}, **hands
        )
        job = ImportJob.objects.create(
            seller=seller,
            kind=ImportJob.Kind.GOODS,
            state=ImportJob.State.DONE,
            name="goods.csv",
            language="zh-hans",
            actor="user:1",
            created_at=NOW,
        )
        token, self.secret = access.issue(seller, name="ERP", actor="user:1", now_wall=clock.wall())
        invitation = members.invite(
            seller, "gleb@example.com", role=SellerMember.Role.LISTING, wall=clock.wall(), **hands
        )
        self.addresses |= {
            "seller_product_edit": {"pk": offer.pk},
            "seller_import": {"pk": job.pk},
            "seller_export": {"kind": "goods", "form": "csv"},
            "seller_hand_over": {"pk": handed},
            "seller_statement": {"pk": self._settled(seller).pk},
            "seller_join": {"token": members.secret(invitation.key)},
            "seller_paper": {"pk": self._applied()},
            "seller_price": {"kind": "list", "pk": list_.pk},
            "seller_access_revoke": {"pk": token.pk},
            "api": {"article": offer.article, "id": handed},
        }

    def _waiting(self) -> int:
        """An order whose goods Boris hands over in Shenzhen."""
        offer: Offer = catalog.offer(seller=self.seller)
        logistics.stock(offer, at="shenzhen")
        part = {"origin": "shenzhen", "lane": "szx-air-svx"}
        order: Order = orders.order(offer, part=part, user_id=self.people["anna"].pk)
        stocks.reserve(order, actor="test", now=orders.NOW)
        lifecycle.mark_paid(order, actor="test", now=orders.NOW)
        stocks.allocate(order, actor="test", now=orders.NOW)
        shipments.plan(order, actor="test", now=orders.NOW)
        return order.deliveries.get().handovers.get().pk

    def _settled(self, seller: Seller) -> Settlement:
        names = ("sold", "commission", "refunded", "penalty", "storage", "corrected")
        return Settlement.objects.create(
            seller=seller,
            period_until=NOW.date(),
            carried_units=0,
            net_units=0,
            **{f"{name}_units": 0 for name in names},
            made_at=NOW,
            made_by="task:test",
        )

    def _applied(self) -> int:
        """Gleb applies to sell, and has laid a paper in."""
        row = applications.save(self.people["gleb"].pk, {}, actor="user:1", now=NOW)
        paper = applications.Paper("LICENCE", "licence.pdf", papers.read(PDF))
        return applications.add_paper(row, paper, now=NOW).pk

    def _on_the_floor(self) -> None:
        goods = catalog.variant(product=catalog.product(kind="case"))
        advice = warehouse.advice(catalog.offer(variant=goods, seller=self.seller))
        pictures = [warehouse.picture()]
        found = advices.Found(key=warehouse.key(), whole=1, damaged=1, pictures=pictures)
        count = advices.receive(advice.lines.get(), found, actor="user:mei", now=NOW)
        damage = count.pictures.get()
        self.addresses |= {
            "seller_notice": {"number": advice.number},
            "seller_notice_picture": {"number": advice.number, "pk": damage.pk},
            "staff_damage": {"pk": damage.pk},
            "staff_notice": {"number": advice.number},
            "staff_label": {"kind": "parcel", "number": self.parcel.number, "form": "zpl"},
            "staff_bin": {"code": BinCount.objects.earliest("pk").bin.code},
            "staff_wave": {"pk": Wave.objects.earliest("pk").pk},
            "staff_count": {"pk": BinCount.objects.earliest("pk").pk},
            "staff_step": {"step": "pick"},
        }
