"""What migrations guard tables with: triggers, moves allowed, rights taken from the application.

The schema is the last to refuse what the code should never have asked for (docs/adr/0004).
Every word here is written by a migration, none comes from outside.
"""

from collections.abc import Iterable

from django.db.migrations import RunSQL

ROW = "FOR EACH ROW EXECUTE FUNCTION"
ONCE = "FOR EACH STATEMENT EXECUTE FUNCTION"
LATE = f"DEFERRABLE INITIALLY DEFERRED {ROW}"


def trigger(table: str, name: str, rest: str) -> RunSQL:
    """A trigger, made and removed. `rest` is what follows its name; `%s` there is the table."""
    kind = "CONSTRAINT TRIGGER" if "DEFERRABLE" in rest else "TRIGGER"
    return RunSQL(
        f"CREATE {kind} {name} {rest.replace('%s', table)}", f"DROP TRIGGER {name} ON {table}"
    )


def append_only(table: str, refuse: str = "refuse_change") -> RunSQL:
    """Rows of this table are not changed or removed but as the function `refuse` lets pass."""
    return trigger(table, "append_only", f"BEFORE UPDATE OR DELETE ON %s {ROW} {refuse}()")


def facts(app: str, *names: str) -> list[RunSQL]:
    """Rows are only ever added to these tables of the app: triggers say so, and rights too."""
    tables = [f"{app}_{name}" for name in names]
    return [
        *map(append_only, tables),
        *map(_no_truncate, tables),
        revoke("UPDATE, DELETE, TRUNCATE", *tables),
    ]


def lasting(app: str, *names: str) -> list[RunSQL]:
    """Rows of these tables of the app may change as other triggers let them, and never go."""
    tables = [f"{app}_{name}" for name in names]
    return [
        *map(_no_delete, tables),
        *map(_no_truncate, tables),
        revoke("DELETE, TRUNCATE", *tables),
    ]


def machine(table: str, name: str) -> RunSQL:
    """The state of a row changes only as the moves of the machine `name` allow."""
    return trigger(table, "moves", f"BEFORE UPDATE OF state ON %s {ROW} enforce_move('{name}')")


def moves(allowed: Iterable[tuple[str, str, str]]) -> RunSQL:
    """Allow each (machine, state, next state).

    In SQL: a migration in Python would make Django draw up all models of the project first.
    """
    rows = ", ".join(f"('{who}', '{source}', '{target}')" for who, source, target in allowed)
    return RunSQL(
        f"INSERT INTO orders_statemove (machine, source, target) VALUES {rows}",  # noqa: S608
        f"DELETE FROM orders_statemove WHERE (machine, source, target) IN ({rows})",  # noqa: S608
    )


def revoke(rights: str, *tables: str) -> RunSQL:
    """Take rights from the application's role, which is absent where the owner is the only one."""
    taken = f"REVOKE {rights} ON {', '.join(tables)} FROM sungari_app"
    where = "IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'sungari_app')"
    return RunSQL(f"DO $$ BEGIN {where} THEN {taken}; END IF; END $$", RunSQL.noop)


def _no_delete(table: str) -> RunSQL:
    return trigger(table, "no_delete", f"BEFORE DELETE ON %s {ROW} refuse_change()")


def _no_truncate(table: str) -> RunSQL:
    return trigger(table, "no_truncate", f"BEFORE TRUNCATE ON %s {ONCE} refuse_change()")
