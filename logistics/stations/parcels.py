"""Stations where a parcel is scanned: receive, pick, pack, weigh, bag, load."""

import re
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from logistics import floor, shipments, weighing
from logistics.centre import STEPS
from logistics.models import Bag, Bin, Shipment, Wave
from logistics.shipments import WrongScan
from logistics.states import State
from logistics.stocking import advices, serials, waves
from storefront.lib.refusal import Refusal

from .answers import Answer, Hand, Held, asks, deeds, good, wrong

GRAMS = re.compile(r"([0-9]{1,6})\s*(?:g|г|克)?", re.IGNORECASE)
NOTICE = re.compile(r"A[0-9]{9}")


def plain(code: str) -> str:
    """A code as it stands in the books: no blanks, capitals."""
    return "".join(code.split()).upper()


def _refused(refusal: WrongScan, code: str, step: str, held: Held | None = None) -> Answer:
    why = str(refusal.facts.get("why", ""))
    begins = STEPS[step].begins.label
    expected = _("a parcel that is %(state)s") % {"state": begins}
    if why in {"form", "check_digit"}:
        expected = _("a parcel number: LX, nine digits, CN")
    return wrong(code, str(refusal), expected=expected, do=deeds().get(why, ""), held=held)


def _do(code: str, step: str, hand: Hand) -> Answer:
    """One scan, one step."""
    try:
        done = shipments.scan(code, step, actor=hand.actor, now=hand.now)
    except WrongScan as refusal:
        return _refused(refusal, code, step)
    say = _("%(step)s: done") % {"step": done.step.label}
    why = floor.next_words(done.shipment)
    return good(say, why=why, number=done.shipment.number)


def receive(code: str, hand: Hand) -> Answer:
    """A parcel from Shenzhen goes across the dock; a notice of a seller is opened to be counted."""
    if NOTICE.fullmatch(plain(code)):
        advice = advices.find(code)
        if advice is None:
            return wrong(code, _("There is no such notice."), do=deeds()["check_digit"])
        return asks(
            _("Count the notice"),
            {},
            number=advice.number,
            why=advice.seller.name,
            link=("staff_notice", advice.number),
        )
    return _do(code, "receive", hand)


def pick(code: str, hand: Hand) -> Answer:
    """A bin of the worker's wave lays its pieces in the trolley; a parcel is picked by itself."""
    if shipments.FORM.fullmatch(plain(code)):
        return _do(code, "pick", hand)
    wave = wave_of(hand.actor)
    if wave is None or not Bin.objects.filter(code=plain(code)).exists():
        expected = _("a parcel number: LX, nine digits, CN")
        following = waves.next_stops(wave) if wave else []
        if following:
            expected = _("bin %(bin)s") % {"bin": following[0].bin.code}
        return wrong(code, _("Not a parcel number."), expected=expected, do=deeds()["form"])
    return _at_bin(wave, plain(code), hand)


def wave_of(actor: str) -> Wave | None:
    """The wave that a worker is picking."""
    return Wave.objects.filter(actor=actor, state=Wave.State.OPEN).order_by("-pk").first()


def _at_bin(wave: Wave, code: str, hand: Hand) -> Answer:
    try:
        picked = waves.confirm(wave, code, actor=hand.actor, now=hand.now)
    except waves.WrongBin as refusal:
        following = waves.next_stops(wave)
        expected = _("bin %(bin)s") % {"bin": following[0].bin.code} if following else ""
        return wrong(code, str(refusal), expected=expected, do=_("Go to that bin and scan it."))
    count = picked.pieces
    say = ngettext("%(count)d piece", "%(count)d pieces", count) % {"count": count}
    if picked.dropped:
        put_back = _("Put back: %(n)s") % {"n": ", ".join(picked.dropped)}
        return wrong(code, put_back, do=deeds()["cancelled"])
    return good(say, why=", ".join(picked.parcels), number=code, done=len(picked.parcels))


def pack(code: str, hand: Hand) -> Answer:
    """A box is closed; where pieces are kept by number, each is scanned before."""
    wanted = plain(code)
    number = str(hand.held.get("number", ""))
    if not number or shipments.FORM.fullmatch(wanted):
        return _open_box(wanted, hand)
    pieces, numbers = int(hand.held["pieces"]), [str(one) for one in hand.held["numbers"]]
    try:
        serials.check([*numbers, wanted])
    except serials.BadSerial as refusal:
        return wrong(code, str(refusal), expected="IMEI", do=_ask(numbers, pieces), held=hand.held)
    numbers.append(wanted)
    if len(numbers) < pieces:
        held = {**hand.held, "numbers": numbers}
        return asks(_ask(numbers, pieces), held, number=number)
    return _close_box(number, numbers, hand)


def _open_box(number: str, hand: Hand) -> Answer:
    try:
        parcel = shipments.find(number)
        shipments.refuse(parcel, STEPS["pack"])
    except WrongScan as refusal:
        return _refused(refusal, number, "pack")
    pieces = serials.pieces_of(parcel)
    if not pieces:
        return _close_box(number, [], hand)
    held: Held = {"number": number, "pieces": pieces, "numbers": []}
    return asks(_ask([], pieces), held, number=number, why=contents(parcel))


def _ask(numbers: list[str], pieces: int) -> str:
    return _("IMEI %(at)s of %(all)s") % {"at": len(numbers) + 1, "all": pieces}


def contents(parcel: Shipment) -> str:
    """What lies in a parcel, for the eye of who packs it."""
    items = parcel.items.select_related("line__offer__variant__product").order_by("pk")
    return " · ".join(
        f"{item.quantity} × {item.line.offer.variant.product.title}" for item in items
    )


def _close_box(number: str, numbers: list[str], hand: Hand) -> Answer:
    try:
        done = shipments.scan(number, "pack", actor=hand.actor, now=hand.now, numbers=numbers)
    except WrongScan as refusal:
        held = {**hand.held, "numbers": []} if numbers else None
        return _refused(refusal, number, "pack", held)
    say = _("%(step)s: done") % {"step": done.step.label}
    why = f"{contents(done.shipment)}. {_('Next: weigh.')}"
    return good(say, why=why, number=number)


def weigh(code: str, hand: Hand) -> Answer:
    """First the parcel, then what the scales show."""
    number = str(hand.held.get("number", ""))
    if not number or shipments.FORM.fullmatch(plain(code)):
        return _on_the_scales(plain(code), hand)
    shown = GRAMS.fullmatch(code.strip())
    if shown is None or not int(shown[1]):
        expected = _("grams, a whole number")
        return wrong(code, _("This is no weight."), expected=expected, held=hand.held)
    weight = int(shown[1])
    try:
        done = shipments.scan(number, "weigh", actor=hand.actor, now=hand.now, weight_g=weight)
    except WrongScan as refusal:
        if refusal.facts.get("why") == "weight":
            return _differs(number, weight, hand)
        return _refused(refusal, number, "weigh")
    say = _("%(weight)s g: right") % {"weight": weight}
    label = ("parcel", number)
    return good(say, why=floor.next_words(done.shipment), number=number, label=label)


def _on_the_scales(number: str, hand: Hand) -> Answer:
    try:
        parcel = shipments.find(number)
        shipments.refuse(parcel, STEPS["weigh"])
    except WrongScan as refusal:
        return _refused(refusal, number, "weigh")
    allowed = weighing.tolerance(parcel, on=hand.now.date())
    words = {"weight": parcel.planned_weight_g, "off": allowed}
    why = _("Declared: %(weight)s g, give or take %(off)s g.") % words
    return asks(_("Now the weight, in grams"), {"number": number}, number=number, why=why)


def _differs(number: str, weight: int, hand: Hand) -> Answer:
    parcel = shipments.find(number)
    found = weighing.differ(parcel, weight, actor=hand.actor, now=hand.now)
    words = {"weight": found.declared_g, "off": found.tolerance_g}
    expected = _("%(weight)s g, give or take %(off)s g") % words
    shown = f"{number}: {weight} g"
    if found.is_with_desk:
        do = _("Put it on the shelf of differences: the desk decides.")
        return wrong(shown, _("The weight differs a second time."), expected=expected, do=do)
    do = _("Check the contents, weigh again and type the weight.")
    held = {"number": number}
    return wrong(shown, _("The weight differs."), expected=expected, do=do, held=held)


def bag(code: str, hand: Hand) -> Answer:
    """The parcel goes into the bag that is named."""
    answer = _do(code, "bag", hand)
    if not answer.done:
        return answer
    parcel = Shipment.objects.select_related("bag").get(number=answer.number)
    assert parcel.bag is not None, "a bagged parcel has its bag"
    return good(
        _("Into bag %(bag)s") % {"bag": parcel.bag.number},
        number=parcel.number,
        why=_("Next: load."),
        label=("bag", parcel.bag.number),
    )


def load(code: str, hand: Hand) -> Answer:
    """A bag goes aboard with all its parcels; a parcel by itself, too."""
    found = Bag.objects.filter(number__iexact=plain(code)).first()
    if found is None:
        return _do(code, "load", hand)
    aboard, left = 0, []
    waiting = found.shipments.filter(state=State.BAGGED).order_by("pk")
    for number in waiting.values_list("number", flat=True):
        try:
            shipments.scan(number, "load", actor=hand.actor, now=hand.now)
        except Refusal:
            left.append(number)
        else:
            aboard += 1
    if left:
        do = _("Take these out of the bag.")
        say = _("Held or cancelled parcels lie in this bag.")
        return replace(wrong(", ".join(left), say, do=do), done=aboard)
    if not aboard:
        return wrong(code, _("Nothing in this bag waits to be loaded."), do=deeds()["done"])
    say = ngettext("%(count)d parcel aboard", "%(count)d parcels aboard", aboard)
    return good(say % {"count": aboard}, number=found.number, done=aboard)
