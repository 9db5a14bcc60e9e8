"""A small HTTP/1.1 server for one WSGI application: a thread per connection, kept alive."""

from __future__ import annotations

import io
import socketserver
import sys
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

BODY_LIMIT = 4 * 1024 * 1024
# The application answers with this to have the connection cut without an answer.
CUT = "000 Cut"


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Listens, and gives each connection a thread."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256
    block_on_close = False

    def __init__(self, host: str, port: int, application: Application) -> None:
        """Bind the address at once, so that a taken port is known before anything else."""
        self.application = application
        super().__init__((host, port), _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about clients that hang up."""
        wrong = sys.exc_info()[1]
        if not isinstance(wrong, (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    sys_version = ""
    timeout = 60
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    server: Server

    def handle_one_request(self) -> None:
        """Read one request, let the application answer it."""
        try:
            self.raw_requestline = self.rfile.readline(65537)
        except TimeoutError:
            self.raw_requestline = b""
        if not self.raw_requestline or len(self.raw_requestline) > 65536:
            self.close_connection = True
            return
        if not self.parse_request():
            return
        body = self._body()
        if body is not None:
            self._answer(body)
        self.wfile.flush()

    def _body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding"):
            self._refuse(411)
            return None
        text = self.headers.get("Content-Length") or "0"
        if not text.isdigit():
            self._refuse(400)
            return None
        if int(text) > BODY_LIMIT:
            self._refuse(413)
            return None
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.flush()
        return self.rfile.read(int(text))

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self.send_error(status)

    def _answer(self, body: bytes) -> None:
        status = ""
        headers: list[tuple[str, str]] = []

        def start_response(line: str, fields: list[tuple[str, str]], _: Any = None) -> None:
            nonlocal status, headers
            status, headers = line, fields

        content = b"".join(self.server.application(self._environ(body), start_response))
        if status == CUT:
            self.close_connection = True
            return
        code, _, phrase = status.partition(" ")
        self.send_response_only(int(code), phrase)
        self.send_header("Date", self.date_time_string())
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": str(self.server.server_address[0]),
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: the books say what came in."""
