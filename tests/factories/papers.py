"""Papers of Anna, who is nobody."""

from datetime import date

from logistics.customs.vault import Person

ANNA = Person(
    surname="Тестова",
    name="Анна",
    patronymic="Ивановна",
    birth_on=date(1990, 5, 17),
    series="4509",
    number="271828",
    issued_on=date(2015, 6, 1),
    issuer="ОВД района Тестовый",
    unit_code="770-001",
    inn="500100732259",
)
