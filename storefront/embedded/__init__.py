"""PostgreSQL and Valkey for one machine, from their wheels: `make run` and the tests."""

from storefront.embedded.postgres import Postgres, grant, start_postgres
from storefront.embedded.servers import CannotStart, end_with_parent, free_port, is_free
from storefront.embedded.valkey import Valkey, start_valkey

__all__ = [
    "CannotStart",
    "Postgres",
    "Valkey",
    "end_with_parent",
    "free_port",
    "grant",
    "is_free",
    "start_postgres",
    "start_valkey",
]
