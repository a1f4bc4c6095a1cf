"""The web probes where the product demands a client certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from peers.access import access_to, login, node_with_free
from peers.pki import Holder, issued
from peers.web import Behaviour
from peers.web_by_certificate import START, interface_by_certificate
from securemode.errors import AuthenticationRejected, UnexpectedAnswer
from securemode.observations.web import LoginBy, Page, PageView, SessionLimit
from securemode.probes.web import AdministratorLogin, HttpAnswers
from securemode.probes.web_sessions import WebSessions

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.environment.models import KeyPair, Login
    from securemode.probes.probe import Access
    from securemode.targets import Node

NOTHING, CONTENT = PageView(0, Page.NOTHING), PageView(200, Page.CONTENT)
REFUSED = PageView(403, Page.NOTHING)
USERS = ("admin", *(f"admin{number}" for number in range(10)))


class Site:
    """One PKI and the interface that trusts it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.authority = issued("site CA", is_authority=True)
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_bytes(self.authority.pem)
        self.server = issued("node", self.authority).pair(directory, "server")
        self.node: Node = node_with_free(80, 443)

    def user(self, name: str, issuer: Holder | None = None) -> KeyPair:
        return issued(name, issuer or self.authority).pair(self.directory, name)

    def access(self, **more: Any) -> Access:
        credentials = {"client_certificate": self.user("admin")} | more
        return access_to(self.node, ca_file=self.ca_file, more=credentials)

    def serving(self, behaviour: Behaviour, *, demands: bool = True) -> Any:
        port = self.node.port(443)
        return interface_by_certificate(
            port, self.server, self.ca_file, behaviour, USERS, demands=demands
        )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize(("demands", "refusal"), [(True, NOTHING), (False, REFUSED)])
def test_only_the_certificate_opens(site: Site, demands: bool, refusal: PageView) -> None:  # noqa: FBT001
    behaviour = Behaviour(has_form=False)
    with site.serving(behaviour, demands=demands):
        seen = AdministratorLogin(site.node).look(site.access())
    assert seen.by is LoginBy.CERTIFICATE
    assert (seen.without_login, seen.right_password) == (refusal, CONTENT)
    assert seen.wrong_password == NOTHING
    assert seen.protected_path == START
    assert seen.logged_out
    assert not behaviour.sessions


def test_an_open_interface_is_seen(site: Site) -> None:
    with site.serving(Behaviour(has_form=False, is_open=True), demands=False):
        seen = AdministratorLogin(site.node).look(site.access())
    assert seen.without_login == CONTENT


def test_a_stranger_to_the_directory_is_not_let_in(site: Site) -> None:
    access = site.access(client_certificate=site.user("somebody else"))
    with site.serving(Behaviour(has_form=False)):
        assert AdministratorLogin(site.node).look(access).right_password == REFUSED


def test_headers_are_looked_at_with_the_certificate(site: Site) -> None:
    behaviour = Behaviour(has_form=False, opens_early=True)
    with site.serving(behaviour):
        seen = HttpAnswers(site.node).look(site.access())
    assert [one.status for one in seen.answers][:2] == [302, 302]
    assert not seen.unanswered
    assert behaviour.most_alive
    assert not behaviour.sessions


@pytest.mark.parametrize("evicts", [False, True])
def test_sessions_of_one_user(site: Site, *, evicts: bool) -> None:
    behaviour = Behaviour(has_form=False, per_user=10, evicts=evicts)
    with site.serving(behaviour):
        seen = WebSessions(site.node, SessionLimit.PER_USER, 10).look(site.access())
    assert (seen.by, seen.attempted, seen.alive) == (LoginBy.CERTIFICATE, 11, 10)
    assert seen.left_behind == 0
    assert not behaviour.sessions


def test_no_limit_is_seen(site: Site) -> None:
    with site.serving(Behaviour(has_form=False)):
        seen = WebSessions(site.node, SessionLimit.PER_USER, 10).look(site.access())
    assert seen.alive == 11


@pytest.mark.parametrize("evicts", [False, True])
def test_sessions_of_all_users(site: Site, *, evicts: bool) -> None:
    def with_certificate(name: str) -> Login:
        known = login(name, "unused")
        return known.model_copy(update={"certificate": site.user(name)})

    behaviour = Behaviour(has_form=False, per_user=10, total=100, evicts=evicts)
    access = site.access(more_web=tuple(map(with_certificate, USERS[1:])))
    with site.serving(behaviour):
        seen = WebSessions(site.node, SessionLimit.TOTAL, 100).look(access)
    assert (seen.accounts, seen.attempted, seen.alive, seen.left_behind) == (11, 101, 100, 0)
    assert not behaviour.sessions


def test_what_cannot_be_counted(site: Site) -> None:
    probe = WebSessions(site.node, SessionLimit.PER_USER, 3)
    with site.serving(Behaviour(has_form=False)), pytest.raises(AuthenticationRejected) as caught:
        probe.look(site.access(client_certificate=site.user("somebody else")))
    assert "client_certificate" in caught.value.remedy
    with (
        site.serving(Behaviour(has_form=False, is_open=True), demands=False),
        pytest.raises((UnexpectedAnswer, AuthenticationRejected)),
    ):
        probe.look(site.access())
