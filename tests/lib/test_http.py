"""Calls to the outside say what is known: not sent, unknown, refused, or a whole answer."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from storefront.lib import clock, http

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
Talk = Callable[[socket.socket], None]


class Peer:
    """A plain socket on the other side, which answers just as a test says."""

    def __init__(self) -> None:
        self.heard = b""
        self.talk: Talk = say(200, b"ok")
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/path"
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self.socket.accept()
            except OSError:
                return
            with line:
                self.heard = line.recv(65536)
                if self.heard == b"bye":
                    return
                self.talk(line)

    def close(self) -> None:
        with socket.create_connection(self.socket.getsockname()) as line:
            line.sendall(b"bye")
        self.thread.join()
        self.socket.close()


def say(status: int, body: bytes, *, length: int | None = None, more: str = "") -> Talk:
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {size}\r\nConnection: close\r\n{more}\r\n"
    return lambda line: line.sendall(head.encode() + body)


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.close()


def test_whole_answer_comes_with_status_body_and_type(peer: Peer) -> None:
    peer.talk = say(201, b"{}", more="Content-Type: application/json\r\n")

    assert http.call("POST", peer.url) == http.Answer(201, b"{}", "application/json")


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(http.Unreachable):
        http.call("GET", f"http://127.0.0.1:{port}/")


def test_cut_connection_is_unknown_for_it_may_have_been_done(peer: Peer) -> None:
    peer.talk = lambda line: line.shutdown(socket.SHUT_RDWR)

    with pytest.raises(http.Unknown):
        http.call("POST", peer.url)


def test_silence_past_the_timeout_is_unknown(peer: Peer) -> None:
    released = threading.Event()
    peer.talk = lambda line: bool(released.wait(5)) and None  # type: ignore[func-returns-value]

    with pytest.raises(http.Unknown):
        http.call("POST", peer.url, timeout=0.2)
    released.set()


def test_half_an_answer_is_unknown(peer: Peer) -> None:
    peer.talk = say(200, b"half", length=4000)

    with pytest.raises(http.Unknown):
        http.call("GET", peer.url)


@pytest.mark.parametrize("status", [500, 503])
def test_error_of_the_other_side_is_unknown(peer: Peer, status: int) -> None:
    peer.talk = say(status, b"")

    with pytest.raises(http.Unknown, match=str(status)):
        http.call("GET", peer.url)


@pytest.mark.parametrize("status", [400, 404, 409])
def test_refusal_carries_status_and_words(peer: Peer, status: int) -> None:
    peer.talk = say(status, b"no")

    with pytest.raises(http.Refused) as refused:
        http.call("GET", peer.url)

    assert (refused.value.status, refused.value.body) == (status, "no")


def test_redirect_is_not_followed(peer: Peer) -> None:
    peer.talk = say(302, b"", more="Location: http://127.0.0.1:1/\r\n")

    with pytest.raises(http.Refused) as refused:
        http.call("GET", peer.url)

    assert refused.value.status == 302


def test_answer_over_the_cap_is_unknown(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LIMIT", 100)
    peer.talk = say(200, b"x" * 101)

    with pytest.raises(http.Unknown, match="over 100 bytes"):
        http.call("GET", peer.url)


def test_simulated_process_tells_its_instant_and_a_real_one_does_not(peer: Peer) -> None:
    http.call("GET", peer.url)
    assert b"X-Business-Time" not in peer.heard

    with clock.simulated(NOW):
        http.call("GET", peer.url, headers={"X-Other": "1"})

    assert b"X-Business-Time: 2026-11-23T04:00:00+00:00" in peer.heard
    assert b"X-Other: 1" in peer.heard
