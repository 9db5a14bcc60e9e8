"""The connection scan finds what a search of every path finds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.scanning import Door, Question, Run, Step, Timetable, ways

NODES = 5
HORIZON = 60
Way = tuple[int, int]


@st.composite
def runs(draw: st.DrawFn, service: int) -> Run:
    origin = draw(st.integers(0, NODES - 1))
    target = draw(st.integers(0, NODES - 1).filter(lambda node: node != origin))
    departs = draw(st.integers(2, HORIZON - 20))
    return Run(
        service,
        origin,
        target,
        departs - draw(st.integers(0, 6)),
        departs,
        departs + draw(st.integers(1, 15)),
        room_g=draw(st.sampled_from([50, 1000])),
        room_parcels=draw(st.sampled_from([0, 1, 9, 9])),
        room_cm3=draw(st.sampled_from([70, 1000, 1000])),
    )


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Run], list[Step]]:
    count = draw(st.integers(1, 9))
    made = [draw(runs(service)) for service in range(count)]
    steps = []
    for number in range(draw(st.integers(0, 3))):
        origin = draw(st.integers(0, NODES - 2))
        target = draw(st.integers(origin + 1, NODES - 1))
        length, opens = draw(st.integers(0, 9)), draw(st.integers(0, 30))
        steps.append(
            Step(count + number, origin, target, lambda at, n=length, o=opens: max(at, o) + n)
        )
    return made, steps


def unbeaten(found: set[Way]) -> list[Way]:
    return sorted(
        one
        for one in found
        if not any(other != one and other[0] <= one[0] and other[1] <= one[1] for other in found)
    )


def every_path(given_runs: list[Run], steps: list[Step], asked: Question) -> set[Way]:
    """Ends of all paths, by trying everything that may follow."""
    found: set[Way] = set()

    def walk(node: int, at: int, price: int, seen: frozenset[tuple[int, int]]) -> None:
        door = asked.doors.get(node)
        if door:
            found.add((door.passing(at), price + door.price))
        for run in given_runs:
            more = asked.prices[run.service]
            fits = run.room_g >= asked.weight_g and run.room_cm3 >= asked.volume_cm3
            is_caught = run.origin == node and at <= run.closes <= asked.until
            if is_caught and fits and run.room_parcels > 0 and more is not None:
                walk(run.target, run.arrives, price + more, seen)
        for step in steps:
            more = asked.prices[step.service]
            if step.origin == node and more is not None and (step.service, at) not in seen:
                walk(step.target, step.passing(at), price + more, seen | {(step.service, at)})

    walk(asked.start, asked.ready, 0, frozenset())
    return found


@settings(max_examples=400, deadline=None)
@given(network=networks(), data=st.data())
def test_the_scan_finds_what_trying_every_path_finds(
    network: tuple[list[Run], list[Step]], data: st.DataObject
) -> None:
    made, steps = network
    price = st.one_of(st.none(), st.integers(0, 9))
    asked = Question(
        start=data.draw(st.integers(0, 1)),
        ready=data.draw(st.integers(0, 15)),
        until=data.draw(st.sampled_from([20, HORIZON])),
        prices=data.draw(st.lists(price, min_size=12, max_size=12)),
        doors={
            node: Door(data.draw(st.integers(0, 5)), lambda at, n=node: at + n)
            for node in data.draw(st.sets(st.integers(1, NODES - 1), min_size=1))
        },
        weight_g=data.draw(st.sampled_from([10, 60])),
        volume_cm3=data.draw(st.sampled_from([10, 80])),
    )

    found = ways(Timetable(NODES, made, steps), asked)

    assert [(way.arrives, way.price) for way in found] == unbeaten(every_path(made, steps, asked))
    for way in found:
        check(way.rides, way, asked, made)


def check(rides, way, asked, made) -> None:  # type: ignore[no-untyped-def]
    """The way can really be gone: each ride is caught, and the prices are those of the rides."""
    at = asked.ready
    known = {(run.service, run.departs) for run in made}
    for ride in rides:
        assert at <= ride.closes <= ride.departs <= ride.arrives
        assert ride.service >= len(made) or (ride.service, ride.departs) in known
        at = ride.arrives
    assert way.terminal_at == at
    door = asked.doors[way.terminal]
    assert way.price == sum(asked.prices[ride.service] for ride in rides) + door.price


def test_a_parcel_that_comes_at_the_cut_off_is_taken_and_a_second_later_is_not() -> None:
    table = Timetable(2, [Run(0, 0, 1, closes=10, departs=20, arrives=30)], [])
    doors = {1: Door(0, lambda at: at)}

    def ask(ready: int) -> Question:
        return Question(start=0, ready=ready, until=50, prices=[7], doors=doors)

    assert [way.price for way in ways(table, ask(10))] == [7]
    assert ways(table, ask(11)) == []


def test_room_is_enough_to_the_last_gram_and_the_last_cubic_centimetre() -> None:
    run = Run(0, 0, 1, 10, 20, 30, room_g=500, room_parcels=1, room_cm3=900)
    doors = {1: Door(0, lambda at: at)}

    def fits(weight_g: int, volume_cm3: int) -> bool:
        asked = Question(0, 5, 50, [7], doors, weight_g=weight_g, volume_cm3=volume_cm3)
        return bool(ways(Timetable(2, [run], []), asked))

    assert fits(500, 900)
    assert not fits(501, 900)
    assert not fits(500, 901)


def test_what_has_no_place_for_a_parcel_takes_none_however_light() -> None:
    full = Run(0, 0, 1, 10, 20, 30, room_g=500, room_parcels=0, room_cm3=900)
    asked = Question(0, 5, 50, [7], {1: Door(0, lambda at: at)}, weight_g=0, volume_cm3=0)

    assert ways(Timetable(2, [full], []), asked) == []
