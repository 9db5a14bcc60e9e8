"""Starts the sandbox: `python -m storefront.sandbox`."""

from __future__ import annotations

import signal
import sqlite3
import sys
import threading

from storefront.sandbox import application, environment, mail, notices, world
from storefront.sandbox.acquirer import sweeping
from storefront.sandbox.carriers import cdek_hooks
from storefront.sandbox.server import Server


def main() -> int:
    """Serve until SIGTERM or SIGINT; 1 with one clear line if it cannot start."""
    try:
        settings = environment.read()
        sandbox = world.build(settings)
        server = Server(settings.host, settings.port, application.build(sandbox))
        receiver = mail.receiver(sandbox)
    except environment.BadEnvironment as wrong:
        return _fail(str(wrong))
    except OSError as wrong:
        return _fail(f"cannot start on {settings.host}:{settings.port}: {wrong}")
    except sqlite3.Error as wrong:
        return _fail(f"cannot open its books {settings.books}: {wrong}")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sender = notices.Sender(sandbox, stop, _sweep)
    serving = [server, *([receiver] if receiver else [])]
    for served in serving:
        threading.Thread(target=served.serve_forever, args=(0.2,), daemon=True).start()
    sender.start()
    sys.stdout.write(f"sandbox listens on {settings.public_url}\n")
    sys.stdout.flush()
    stop.wait()
    for served in serving:
        served.shutdown()
        served.server_close()
    sender.join(timeout=2)
    sandbox.books.close()
    return 0


def _sweep(sandbox: world.World) -> None:
    """Do what time does to things nobody asks about."""
    sweeping.sweep(sandbox)
    cdek_hooks.sweep(sandbox)


def _fail(line: str) -> int:
    sys.stderr.write(f"sandbox: {line}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
