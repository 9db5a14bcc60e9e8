"""What sellers are owed, period by period: released, settled, bought, approved, paid, returned."""

from .approvals import SamePerson, approve, ask, refuse
from .conversions import buy, convert, free_yuan
from .deductions import penalise, store
from .driving import drive, file_of, record
from .eligibility import bounced, may_be_paid
from .owing import Owed, Waiting, owed
from .people import ForPeople, returned_for_people, waiting_for_people
from .periods import close_period, settle
from .releasing import NotCovered, NotDelivered, release
from .returns import CarriedOver, NotReturned, send_again

__all__ = [
    "CarriedOver",
    "ForPeople",
    "NotCovered",
    "NotDelivered",
    "NotReturned",
    "Owed",
    "SamePerson",
    "Waiting",
    "approve",
    "ask",
    "bounced",
    "buy",
    "close_period",
    "convert",
    "drive",
    "file_of",
    "free_yuan",
    "may_be_paid",
    "owed",
    "penalise",
    "record",
    "refuse",
    "release",
    "returned_for_people",
    "send_again",
    "settle",
    "store",
    "waiting_for_people",
]
