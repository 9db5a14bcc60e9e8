"""The programs the shop consists of on one machine, and the variables they are given."""

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from storefront.embedded import servers
from storefront.management import runfolder
from storefront.management.runfolder import RunFolder
from storefront.management.supervisor import Program

ROOT = Path(__file__).resolve().parents[2]
QUEUES = {"own": "sweep,default,images", "outside": "sweep,acquirer,bank,customs,carrier,mail"}
# Of the caller's variables: roles a process takes only when told, and what would make it slow.
FOREIGN = {"DEBUG", "AS_OWNER", "DATABASE_OWNER_URL", "PYTHONDONTWRITEBYTECODE"}
STAGES = {"postgres": 0, "valkey": 1, "sandbox": 2, "web": 3, "worker": 4, "last": 5}


@dataclass(frozen=True)
class Urls:
    """Where the data lives: our own servers, or those named by the caller's variables."""

    app: str
    owner: str
    valkey: str


@dataclass(frozen=True)
class Shop:
    """One shop on one machine: its folder and the variables of its processes."""

    folder: RunFolder
    variables: dict[str, str]
    owner_url: str

    def environment(self, **more: str) -> dict[str, str]:
        """The caller's environment, less what would make a process another than ours."""
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        return kept | self.variables | more

    def manage(self, name: str, *words: str) -> Program:
        """A command of manage.py, which may also ask for the owner of the tables."""
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        environment = self.environment(DATABASE_OWNER_URL=self.owner_url)
        return Program(name, STAGES["last"], command, environment, self.folder.log(name))

    def sandbox(self) -> Program:
        command = [sys.executable, "-m", "storefront.sandbox"]
        return self._program("sandbox", "sandbox", command)

    def web(self) -> Program:
        bind = urlsplit(self.variables["SITE_URL"]).netloc
        pool = ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
        limits = ["--timeout", "30", "--graceful-timeout", "5", "--keep-alive", "5"]
        words = ["storefront.wsgi", "--bind", bind, *pool, *limits, "--no-control-socket"]
        return self._program("web", "web", [sys.executable, "-m", "gunicorn", *words])

    def worker(self, name: str) -> Program:
        options = ["-Q", QUEUES[name], "-c", "2", "-n", f"{name}@%h", "--loglevel", "INFO"]
        quiet = ["--without-gossip", "--without-mingle"]
        command = [*self._celery(), "worker", *options, *quiet]
        return self._program(f"worker-{name}", "worker", command)

    def beat(self) -> Program:
        schedule = str(self.folder.path / "beat")
        command = [*self._celery(), "beat", "-s", schedule, "--pidfile=", "--loglevel", "WARNING"]
        return self._program("beat", "last", command)

    def _celery(self) -> list[str]:
        return [sys.executable, "-m", "celery", "-A", "storefront.celery"]

    def _program(self, name: str, stage: str, command: list[str]) -> Program:
        return Program(name, STAGES[stage], command, self.environment(), self.folder.log(name))


def node(worker: str) -> str:
    """The name a worker answers to."""
    return f"{worker}@{socket.gethostname()}"


def variables(folder: RunFolder, urls: Urls, port: int, speed: float) -> dict[str, str]:
    """Everything the settings and the sandbox read, for a demo on this machine."""
    path = folder.path
    outside = servers.choose_port(_made(path / "sandbox"), None)
    mail = servers.choose_port(_made(path / "mail"), None)
    sandbox = f"http://127.0.0.1:{outside}"
    return runfolder.keys(path) | {
        "DATABASE_URL": urls.app,
        "REDIS_URL": urls.valkey,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "localhost",
        "DEMO": "1",
        "AUTOMATIC_HANDS": "1",
        "DEMO_SPEED": f"{speed:g}",
        "CLOCK_FILE": str(folder.clock),
        "SANDBOX_URL": sandbox,
        "SANDBOX_PUBLIC_URL": sandbox,
        "SANDBOX_PORT": str(outside),
        "SANDBOX_SMTP_PORT": str(mail),
        "SANDBOX_DB": str(path / "sandbox.sqlite3"),
        "ACQUIRER_ORIGINS": sandbox,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail),
        "MEDIA_ROOT": str(_made(path / "media")),
        "PAPERS_ROOT": str(_made(path / "papers")),
        "STATIC_ROOT": str(path / "static"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "storefront.settings",
    }


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder
