from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from peers.access import ADMINISTRATOR, access_to, listener, node_with_free
from peers.tls import server_context
from peers.web import SECURE_HEADERS, START, Behaviour, interface
from securemode.errors import CannotLook, Refused, TimedOut, UnexpectedAnswer, Unsupported
from securemode.observations.web import (
    AdministratorLoginSeen,
    HttpAnswersSeen,
    Page,
    PageView,
    PlainHttp,
)
from securemode.probes.web import AdministratorLogin, HttpAnswers
from securemode.probes.web_login import login_form
from securemode.targets import Role

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.targets import Node

FORM, CONTENT = PageView(200, Page.LOGIN_FORM), PageView(200, Page.CONTENT)


@pytest.fixture
def node() -> Node:
    return node_with_free(80, 443)


def log_in(node: Node, directory: Path, behaviour: Behaviour) -> AdministratorLoginSeen:
    with interface(node.port(443), directory, behaviour) as ca_file:
        return AdministratorLogin(node).look(access_to(node, ca_file=ca_file))


def answers(node: Node, directory: Path, behaviour: Behaviour) -> HttpAnswersSeen:
    with interface(node.port(443), directory, behaviour):
        return HttpAnswers(node).look(access_to(node))


@pytest.mark.parametrize("logs_out", ["POST", "GET"])
def test_only_the_right_password_opens(node: Node, tmp_path: Path, logs_out: str) -> None:
    behaviour = Behaviour(logs_out=logs_out)
    seen = log_in(node, tmp_path, behaviour)
    assert seen == AdministratorLoginSeen(
        protected_path=START,
        without_login=FORM,
        wrong_password=FORM,
        right_password=CONTENT,
        logged_out=True,
        certificate_was_verified=True,
    )
    assert behaviour.logins == {ADMINISTRATOR[0]: 2}
    assert not behaviour.sessions
    adapter = TypeAdapter(AdministratorLoginSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


@pytest.mark.parametrize(
    ("behaviour", "shown"),
    [
        (Behaviour(any_password=True), (FORM, CONTENT, CONTENT)),
        (Behaviour(is_open=True), (CONTENT, CONTENT, CONTENT)),
    ],
)
def test_what_a_wrong_interface_shows(
    node: Node, tmp_path: Path, behaviour: Behaviour, shown: tuple[PageView, ...]
) -> None:
    seen = log_in(node, tmp_path, behaviour)
    views = (seen.without_login, seen.wrong_password, seen.right_password)
    assert views == shown
    assert not behaviour.sessions


def test_rejected_administrator_is_no_error(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour(accounts={"admin": "another password"})
    seen = log_in(node, tmp_path, behaviour)
    assert seen.right_password == seen.wrong_password == PageView(404, Page.NOTHING)
    assert behaviour.logins == {"admin": 2}
    assert seen.logged_out


def test_session_that_cannot_be_closed_is_recorded(node: Node, tmp_path: Path) -> None:
    assert not log_in(node, tmp_path, Behaviour(logs_out="never")).logged_out


def test_without_login_form_there_is_nothing_to_try(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour(has_form=False)
    with pytest.raises(
        Unsupported, match=r"no login form at /admin/login/ \(status 400\)"
    ) as error:
        log_in(node, tmp_path, behaviour)
    assert "client-certificate mode" in str(error.value)
    assert not behaviour.logins


def test_connection_lost_in_the_middle_leaves_no_session(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour(any_password=True, fails_after=1)
    with pytest.raises(CannotLook):
        log_in(node, tmp_path, behaviour)
    assert not behaviour.sessions


def test_credentials_are_not_sent_to_an_untrusted_server(node: Node, tmp_path: Path) -> None:
    behaviour, other = Behaviour(), tmp_path / "other"
    other.mkdir()
    _, other_ca = server_context(other)
    with (
        interface(node.port(443), tmp_path, behaviour),
        pytest.raises(UnexpectedAnswer, match=r"not signed by a CA of trust\.ca_file"),
    ):
        AdministratorLogin(node).look(access_to(node, ca_file=other_ca))
    assert not behaviour.logins


def test_unverified_trust_is_recorded(node: Node, tmp_path: Path) -> None:
    with interface(node.port(443), tmp_path, Behaviour()):
        seen = AdministratorLogin(node).look(access_to(node))
    assert not seen.certificate_was_verified
    assert seen.right_password == CONTENT


def test_server_that_demands_a_certificate(node: Node, tmp_path: Path) -> None:
    def demand(context: ssl.SSLContext, ca_file: Path) -> None:
        context.load_verify_locations(ca_file)
        context.verify_mode = ssl.CERT_REQUIRED

    with (
        interface(node.port(443), tmp_path, Behaviour(), demand),
        pytest.raises(Unsupported, match="demands a client certificate"),
    ):
        AdministratorLogin(node).look(access_to(node))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_tolerated(node: Node, tmp_path: Path) -> None:
    def age(context: ssl.SSLContext, _: Path) -> None:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")

    with interface(node.port(443), tmp_path, Behaviour(), age):
        assert len(HttpAnswers(node).look(access_to(node)).answers) == 5


def test_every_sort_of_answer_is_recorded(node: Node, tmp_path: Path) -> None:
    seen = answers(node, tmp_path, Behaviour())
    assert [(one.request, one.status) for one in seen.answers] == [
        ("GET /", 302),
        ("GET /admin/login/", 200),
        ("GET /securemode-acceptance/no-such-page/", 404),
        ("GET /api/admin/configuration/v1/global/1/", 404),
        ("POST /admin/login/", 403),
    ]
    assert all(one.values("referrer-policy") == ("same-origin",) for one in seen.answers)
    assert seen.plain_http == PlainHttp(answer="refused")
    assert not seen.unanswered
    adapter = TypeAdapter(HttpAnswersSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_header_missing_on_one_answer_is_seen(node: Node, tmp_path: Path) -> None:
    seen = answers(node, tmp_path, Behaviour(bare_paths=("/",)))
    assert [bool(one.values("referrer-policy")) for one in seen.answers] == [False] + [True] * 4


def test_header_sent_twice_is_seen_twice(node: Node, tmp_path: Path) -> None:
    headers = SECURE_HEADERS | {"referrer-policy": "unsafe-url"}
    seen = answers(node, tmp_path, Behaviour(headers=headers))
    assert seen.answers[0].values("referrer-policy") == ("same-origin", "unsafe-url")


@pytest.mark.parametrize("role", Role)
def test_the_plan_covers_every_request(role: Role) -> None:
    plan = HttpAnswers(node_with_free(80, 443, role=role)).connections()
    assert [(one.transport, one.most) for one in plan] == [("tls", 15), ("tcp", 1)]


def test_nobody_there(node: Node) -> None:
    with pytest.raises(Refused):
        HttpAnswers(node).look(access_to(node))
    with listener(node.port(443)), pytest.raises(TimedOut):
        HttpAnswers(node).look(access_to(node, timeout_s=0.2))


A = {"a": "1"}


@pytest.mark.parametrize(
    ("html", "hidden"),
    [
        ('<form><input type=hidden name=a value="1"><input><input type=password></form>', A),
        ('<form><input type="hidden" name="q"></form><form><input><input type="password">', {}),
        ("<form><input type=hidden name=a value=1><input><input type=password><form><input>", A),
        ('<form><input type="password" name="passphrase">', None),
        ('<form><input></form><form><input type="password" name="passphrase">', None),
        ("<p>change your password", None),
        ("", None),
        ("<form><input name='password' type='text'>", None),
    ],
)
def test_login_form_is_one_that_asks_for_name_and_password(
    html: str, hidden: dict[str, str] | None
) -> None:
    assert login_form(html) == hidden
