from __future__ import annotations

import contextlib
import socket
import time

import pytest

from peers.access import LOOPBACK
from peers.calling import ports
from securemode.probes.wire.switchboard import Switchboard

ONE, OTHER, STRANGER = "127.0.0.41", "127.0.0.42", "127.0.0.43"


def called(place: tuple[str, int], source: str) -> socket.socket:
    return socket.create_connection(place, 10, source_address=(source, 0))


def soon() -> float:
    return time.monotonic() + 10


def test_each_gets_whom_it_expects() -> None:
    board, place = Switchboard(), (LOOPBACK, ports(1))
    with board.expecting([place], [ONE]) as one, board.expecting([place], [OTHER]) as other:
        with called(place, OTHER), called(place, ONE), called(place, STRANGER) as stranger:
            for expected, source in ((one, ONE), (other, OTHER)):
                with expected.connection(soon()) as connection:
                    assert connection.getpeername()[0] == source
            assert stranger.recv(1) == b""
        assert one.strangers == other.strangers == [STRANGER]


def test_a_port_is_open_as_long_as_somebody_is_expected() -> None:
    board, place = Switchboard(), (LOOPBACK, ports(1))
    with board.expecting([place], [ONE]):
        with board.expecting([place], [OTHER]):
            pass
        called(place, ONE).close()
    with pytest.raises(ConnectionRefusedError):
        called(place, ONE)


def test_it_can_be_opened_again_at_once() -> None:
    board, place = Switchboard(), (LOOPBACK, ports(1))
    for _ in range(20):
        with board.expecting([place], [ONE]) as expected, called(place, ONE):
            expected.connection(soon()).close()


def test_nobody_calls() -> None:
    board, place = Switchboard(), (LOOPBACK, ports(1))
    with board.expecting([place], [ONE]) as expected, pytest.raises(TimeoutError):
        expected.connection(time.monotonic() + 0.05)


def test_what_nobody_asked_for_is_closed() -> None:
    board, place = Switchboard(), (LOOPBACK, ports(1))
    with contextlib.ExitStack() as stack:
        with board.expecting([place], [ONE]) as expected:
            late = stack.enter_context(called(place, ONE))
            expected.hand_over(expected.connection(soon()))
        assert late.recv(1) == b""


def test_one_caller_is_expected_by_one() -> None:
    board, place = Switchboard(), (LOOPBACK, ports(1))
    with (
        board.expecting([place], [ONE]),
        pytest.raises(ValueError, match="already"),
        board.expecting([place], [ONE]),
    ):
        pass


def test_both_families_are_one() -> None:
    port = ports(1)
    places = [(LOOPBACK, port), ("::1", port)]
    with (
        Switchboard().expecting(places, ["0:0:0:0:0:0:0:1"]) as expected,
        socket.create_connection(("::1", port), 10),
        expected.connection(soon()) as connection,
    ):
        assert connection.getpeername()[0] == "::1"


def test_an_address_of_somebody_else_is_an_error_and_leaves_nothing_open() -> None:
    board, port = Switchboard(), ports(1)
    with (
        pytest.raises(OSError, match="assign"),
        board.expecting([(LOOPBACK, port), ("192.0.2.1", port)], [ONE]),
    ):
        pass
    with pytest.raises(ConnectionRefusedError):
        called((LOOPBACK, port), ONE)
