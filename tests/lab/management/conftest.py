"""A Management Node on a loopback socket with real TLS, in a thread of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from aiohttp import web

from lab.management.certificate_pages import derived
from lab.management.certificates import Identity
from securemode_lab.appliance.accounts import Accounts, Roster
from securemode_lab.appliance.resources.factory import Installation
from securemode_lab.appliance.resources.selfsigned import self_signed
from securemode_lab.appliance.snapshots import Machine, WizardRun
from securemode_lab.appliance.store import Store
from securemode_lab.appliance.web import ManagementWeb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIGURATION = "/api/admin/configuration/v1/"
STATUS = "/api/admin/status/v1/"
COMMAND = "/api/admin/command/v1/"
SNAPSHOT_PASSWORD = "password of snapshots"
ADMINISTRATOR = ("admin", "right password")


class Clock:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@dataclass
class ManagementNode:
    """The node under test, and how to reach it."""

    store: Store
    web: ManagementWeb
    roster: Roster
    clock: Clock
    facts: dict[str, list[dict[str, Any]]]
    trust: str
    context: ssl.SSLContext
    wizard: list[WizardRun]
    port: int = 0
    auth: tuple[str, str] | None = ADMINISTRATOR
    browsers: list[requests.Session] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """A request with the administrator's credentials, following no redirect."""
        more.setdefault("auth", self.auth)
        address = path if path.startswith("https:") else self.url + path
        with self.browser() as browser:
            return browser.request(method, address, timeout=10, allow_redirects=False, **more)

    def get(self, path: str, **more: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self.ask("GET", path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def browser(self) -> requests.Session:
        """A browser without session, and without the proxies and CA files of the machine."""
        session = requests.Session()
        self.browsers.append(session)
        session.trust_env = False
        session.verify = self.trust
        return session

    def log_in(
        self,
        browser: requests.Session,
        username: str = ADMINISTRATOR[0],
        password: str = ADMINISTRATOR[1],
        **form: str,
    ) -> requests.Response:
        """What the login form answers."""
        address = f"{self.url}/admin/login/"
        browser.get(address, timeout=10)
        fields = {
            "username": username,
            "password": password,
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            **form,
        }
        return browser.post(
            address, fields, headers={"Referer": address}, timeout=10, allow_redirects=False
        )

    def is_in(self, browser: requests.Session) -> bool:
        """Whether a protected page can be loaded."""
        answer = browser.get(f"{self.url}/admin/", timeout=10, allow_redirects=False)
        return answer.status_code == 200

    def post(self, browser: requests.Session, path: str, /, **fields: str) -> requests.Response:
        """What a page of the interface answers to one of its forms."""
        address = self.url + path
        browser.get(address, timeout=10)
        token = browser.cookies["csrftoken"]
        return browser.post(
            address,
            {"csrfmiddlewaretoken": token, **fields},
            headers={"Referer": address},
            timeout=10,
            allow_redirects=False,
        )

    def add_person(self, username: str, *roles: int) -> None:
        """Somebody of the directory, whose group is mapped to the roles."""
        group = f"CN={username},OU=groups,DC=lab"
        self.roster.add(username, f"password of {username}", group)
        self.store.update("authentication", 1, {"source": "LDAP+LOCAL"})
        mapping = {"name": username, "value": group, "roles": list(roles)}
        self.store.insert("role_mapping", mapping)


@pytest.fixture(scope="session")
def server_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = self_signed("localhost")
    (folder / "certificate.pem").write_text(certificate)
    (folder / "key.pem").write_text(key)
    return folder


@pytest.fixture
def node(server_certificate: Path) -> Iterator[ManagementNode]:
    certificate = (server_certificate / "certificate.pem").read_text()
    key = (server_certificate / "key.pem").read_text()
    store = Store(Installation(certificate=certificate, private_key=key))
    clock, roster = Clock(), Roster()
    facts: dict[str, list[dict[str, Any]]] = {}
    accounts = Accounts(store, *ADMINISTRATOR, directory=roster)
    wizard: list[WizardRun] = []
    management = ManagementWeb(
        store,
        accounts,
        clock,
        status=lambda resource: facts.get(resource, []),
        machine=Machine(lambda: wizard[-1] if wizard else None, SNAPSHOT_PASSWORD),
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server_certificate / "certificate.pem", server_certificate / "key.pem")
    trust = str(server_certificate / "certificate.pem")
    under_test = ManagementNode(store, management, roster, clock, facts, trust, context, wizard)
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(management.application(), access_log=None)

    async def serve() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        under_test.port = runner.addresses[0][1]

    loop.run_until_complete(serve())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield under_test
    finally:
        for browser in under_test.browsers:
            browser.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.run_until_complete(runner.cleanup())
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()


@pytest.fixture(scope="session")
def root() -> Identity:
    return Identity("CN=Lab Root", ca=True)


@pytest.fixture(scope="session")
def host(root: Identity) -> Identity:
    return Identity("CN=host.lab.example", root)


@pytest.fixture(params=[False, True], ids=["usual", "FIPS"])
def either(node: ManagementNode, request: pytest.FixtureRequest) -> ManagementNode:
    """A node out of FIPS mode, and one in it."""
    node.web.apply(derived(node, fips=request.param))
    return node
