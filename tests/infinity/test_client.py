from __future__ import annotations

import base64
import socket
import threading
from contextlib import contextmanager
from email.utils import formatdate
from itertools import count
from typing import TYPE_CHECKING

import pytest

from infinity.server import Asked, Reply, as_json, page, serving
from securemode.environment.models import Login
from securemode.environment.secret import Secret
from securemode.errors import (
    AuthenticationRejected,
    CannotLook,
    Refused,
    TimedOut,
    UnexpectedAnswer,
)
from securemode.infinity.answers import NoSuchResource, ValuesRefused
from securemode.infinity.client import MOST_PAGES, ManagementApi, ManagementWriter, key_of
from securemode.infinity.transport import ATTEMPTS, PARALLEL_REQUESTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOGIN = Login(username="admin", password=Secret("pässword"))
GLOBAL = "/api/admin/configuration/v1/global/"


@contextmanager
def api_of(
    answer: Callable[[Asked], Reply] | Reply, timeout_s: float = 2.0
) -> Iterator[tuple[ManagementWriter, list[Asked], list[float]]]:
    """A writer at a scripted server, what it was asked, and the pauses that it made."""
    pauses: list[float] = []
    reply = answer if callable(answer) else lambda _: answer
    with serving(reply) as server:
        api = ManagementWriter(server.url, LOGIN, timeout_s=timeout_s, pause=pauses.append)
        yield api, server.requests, pauses


def test_lists_the_objects_of_a_resource_with_basic_credentials() -> None:
    with api_of(page({"id": 1, "enable_ssh": True})) as (api, requests, _):
        assert api.list("global", name="a b") == [{"id": 1, "enable_ssh": True}]
    assert requests[0].path == f"{GLOBAL}?name=a+b&limit=500"
    credentials = base64.b64encode("admin:pässword".encode()).decode()
    assert requests[0].headers["Authorization"] == f"Basic {credentials}"


def test_follows_pages_to_the_last() -> None:
    pages = {
        f"{GLOBAL}?limit=500": page({"id": 1}, following=f"{GLOBAL}?limit=500&offset=1"),
        f"{GLOBAL}?limit=500&offset=1": page({"id": 2}),
    }
    with api_of(lambda asked: pages[asked.path]) as (api, _, _):
        assert [row["id"] for row in api.list("global")] == [1, 2]


def test_an_endless_list_is_given_up() -> None:
    number = count()
    with (
        api_of(lambda _: page(following=f"{GLOBAL}?offset={next(number)}")) as (api, requests, _),
        pytest.raises(UnexpectedAnswer, match="is a list without an end: read 40 pages"),
    ):
        api.list("global")
    assert len(requests) == MOST_PAGES


def test_a_list_that_leads_back_to_itself_is_given_up() -> None:
    with (
        api_of(page(following=f"{GLOBAL}?limit=500")) as (api, requests, _),
        pytest.raises(UnexpectedAnswer, match="without an end"),
    ):
        api.list("global")
    assert len(requests) == 1


def test_a_next_page_on_another_host_is_not_followed() -> None:
    with (
        api_of(page(following="https://203.0.113.9/api/")) as (api, requests, _),
        pytest.raises(UnexpectedAnswer, match="a next page elsewhere"),
    ):
        api.list("global")
    assert len(requests) == 1


def test_a_redirect_is_not_followed() -> None:
    with (
        api_of(Reply(302, headers={"Location": "/elsewhere/"})) as (api, requests, _),
        pytest.raises(UnexpectedAnswer, match="answers 302, expected 200"),
    ):
        api.list("global")
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        (Reply(401), AuthenticationRejected, "answers 401: the credentials are not accepted"),
        (Reply(403), AuthenticationRejected, "answers 403: the credentials are not accepted"),
        (Reply(404), NoSuchResource, "answers 404: there is nothing of this name"),
        (as_json({"error": "No."}, 400), ValuesRefused, "answers 400: No."),
        (Reply(405), UnexpectedAnswer, "answers 405, expected 200: the body is empty"),
        (Reply(200, b"<html>hi</html>"), UnexpectedAnswer, 'body that is not JSON.*"<html>hi'),
        (Reply(200, b""), UnexpectedAnswer, "a body that is not JSON"),
        (Reply(200, b"\xff\xfe{}"), UnexpectedAnswer, "a body that is not JSON"),
        (as_json([1, 2]), UnexpectedAnswer, "something other than an object"),
        (as_json({"objects": []}), UnexpectedAnswer, "no list envelope"),
        (as_json({"meta": {}, "objects": {}}), UnexpectedAnswer, "no list envelope"),
        (page("text"), UnexpectedAnswer, "something other than an object"),
        (Reply(200, page({"id": 1}).body, cut=9), UnexpectedAnswer, "broken HTTP or breaks off"),
    ],
)
def test_wrong_answers_are_named(reply: Reply, error: type[CannotLook], message: str) -> None:
    with api_of(reply) as (api, requests, _), pytest.raises(error, match=message) as caught:
        api.list("global")
    assert caught.type is error
    assert caught.value.message.startswith(f"GET {GLOBAL} ")
    assert len(requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_overloaded_node_is_asked_a_few_times(status: int) -> None:
    with (
        api_of(Reply(status)) as (api, requests, pauses),
        pytest.raises(UnexpectedAnswer, match=f"{GLOBAL} answers {status}, 3 times in a row"),
    ):
        api.list("global")
    assert len(requests) == ATTEMPTS
    assert pauses == [0.2, 0.4]


def test_a_node_that_recovers_is_read() -> None:
    replies = iter([Reply(503, headers={"Retry_After": "2"}), page({"id": 1})])
    with api_of(lambda _: next(replies)) as (api, _, pauses):
        assert api.list("global") == [{"id": 1}]
    assert pauses == [2.0]


@pytest.mark.parametrize("wait", ["3600", formatdate(2**32, usegmt=True)])
def test_a_node_that_wants_a_long_pause_is_not_waited_for(wait: str) -> None:
    with (
        api_of(Reply(429, headers={"Retry_After": wait})) as (api, requests, pauses),
        pytest.raises(TimedOut, match=r"answers 429 and asks to wait \d+ s"),
    ):
        api.list("global")
    assert (len(requests), pauses) == (1, [])


def test_a_retry_after_that_nobody_can_read_is_a_short_pause() -> None:
    with (
        api_of(Reply(503, headers={"Retry_After": "soon"})) as (api, _, pauses),
        pytest.raises(UnexpectedAnswer),
    ):
        api.list("global")
    assert pauses == [0.2, 0.2]


@pytest.mark.parametrize(
    "reply", [Reply(hang=True), Reply(body=b" " * 60, drip=True)], ids=["hangs", "drips"]
)
def test_an_answer_that_never_ends_is_given_up(reply: Reply) -> None:
    with api_of(reply, timeout_s=0.3) as (api, _, _), pytest.raises(TimedOut, match=GLOBAL):
        api.list("global")


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(Refused, match=f"GET {GLOBAL}: the Management Node refuses"):
        ManagementApi(url, LOGIN).list("global")


def test_a_reset_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def reset() -> None:
            connection, _ = server.accept()
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()

        thread = threading.Thread(target=reset)
        thread.start()
        api = ManagementApi(f"http://127.0.0.1:{server.getsockname()[1]}", LOGIN)
        with pytest.raises(Refused, match="closes the connection without an answer"):
            api.list("global")
        thread.join(5)


def test_no_more_requests_at_a_time_than_the_vendor_bears() -> None:
    released = threading.Event()

    def slow(_: Asked) -> Reply:
        released.wait(0.1)
        return page()

    with serving(slow) as server:

        def read() -> None:
            ManagementApi(server.url, LOGIN).list("global")

        threads = [threading.Thread(target=read) for _ in range(3 * PARALLEL_REQUESTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
        assert len(server.requests) == 3 * PARALLEL_REQUESTS
        assert server.most_simultaneous == PARALLEL_REQUESTS


def test_a_reader_cannot_write() -> None:
    assert not {"patch", "post", "delete", "command"} & set(dir(ManagementApi))


def test_gets_one_object() -> None:
    with api_of(as_json({"id": 1})) as (api, requests, _):
        assert api.get("global", 1) == {"id": 1}
    assert requests[0].path == f"{GLOBAL}1/"


def test_writes_with_the_products_own_status_codes() -> None:
    replies = iter([Reply(202), as_json({}, 201, Location=f"https://x{GLOBAL}7/"), Reply(204)])
    with api_of(lambda _: next(replies)) as (api, requests, _):
        api.patch("global", 1, {"enable_ssh": False})
        assert api.post("global", {"name": "x"}) == "7"
        api.delete("system_backup", "a/b.tar")
    assert [(asked.method, asked.path) for asked in requests] == [
        ("PATCH", f"{GLOBAL}1/"),
        ("POST", GLOBAL),
        ("DELETE", "/api/admin/configuration/v1/system_backup/a%2Fb.tar/"),
    ]
    assert requests[0].json() == {"enable_ssh": False}


def test_what_the_product_objects_to_is_told_in_its_own_words() -> None:
    objections = {"global": {"mtu": ["Too small."], "__all__": ["Ports overlap."]}}
    with api_of(as_json(objections, 400)) as (api, _, _), pytest.raises(ValuesRefused) as caught:
        api.patch("global", 1, {"mtu": 1})
    assert caught.value.message == (
        f"PATCH {GLOBAL}1/ answers 400: global.mtu: Too small; global: Ports overlap."
    )


def test_a_post_is_not_repeated_after_a_server_error() -> None:
    with api_of(Reply(500)) as (api, requests, _), pytest.raises(UnexpectedAnswer):
        api.post("role", {"name": "Auditor"})
    assert len(requests) == 1


def test_a_post_that_was_not_taken_is_repeated() -> None:
    replies = iter([Reply(429), as_json({}, 201, Location="/r/3/")])
    with api_of(lambda _: next(replies)) as (api, _, _):
        assert api.post("role", {}) == "3"


def test_a_command_that_fails_inside_a_success_is_a_failure() -> None:
    with (
        api_of(as_json({"status": "failed", "message": "no"}, 202)) as (api, _, _),
        pytest.raises(ValuesRefused, match="does not succeed: no"),
    ):
        api.command("platform/backup_create", {})


def test_a_command_returns_its_data() -> None:
    with api_of(as_json({"status": "success", "data": {"a": 1}}, 202)) as (api, requests, _):
        assert api.command("platform/backup_create", {"passphrase": "x"}) == {"a": 1}
    assert requests[0].path == "/api/admin/command/v1/platform/backup_create/"


@pytest.mark.parametrize(("status", "up"), [(200, True), (401, True), (502, False), (404, False)])
def test_whether_the_interface_is_up(status: int, *, up: bool) -> None:
    with api_of(Reply(status)) as (api, _, _):
        assert api.is_up() is up


def test_no_cookie_is_sent_back() -> None:
    reply = Reply(200, page().body, {"Set_Cookie": "sessionid=1"})
    with api_of(reply) as (api, requests, _):
        api.list("global")
        api.list("global")
    assert "Cookie" not in requests[1].headers


@pytest.mark.parametrize(
    ("row", "key"), [({"resource_uri": f"{GLOBAL}1/", "id": 9}, "1"), ({"id": 4}, "4")]
)
def test_the_key_of_an_object(row: dict[str, object], key: str) -> None:
    assert key_of(row) == key
