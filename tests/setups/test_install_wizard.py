from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from securemode.environment.models import NodeSettings, VSphere
from securemode.environment.placement import NodePlacement, Placement
from securemode.environment.site import NtpServer, Site
from securemode.errors import SetupFailed
from securemode.records.transcript import installation_transcript
from securemode.setups.install_wizard import InstallWizard
from securemode.vsphere.console.watching import ConsolePatience
from setups.surroundings import DEPLOYMENT, environment
from vsphere.console.text_console import HIDDEN, TextConsole

if TYPE_CHECKING:
    from vsphere.console.text_console import Script

HASTE = ConsolePatience(change_s=0.05, rest_s=0, poll_s=0, start_s=0.5, answer_s=0.6)
OS, WEB = "correct horse", "canary-web"
PLACED = Placement.model_construct(
    all_nodes=NodePlacement(netmask="255.255.255.0", gateway="192.0.2.1"), nodes={}
)
QUESTIONS = {
    "hostname": "Hostname [pexmgmt]: ",
    "ip": "IP address: ",
    "mask": "Network mask [255.0.0.0]: ",
    "gw": "Gateway address: ",
    "domain": "Domain suffix: ",
    "dns": "DNS servers: ",
    "ntp": "NTP servers: ",
    "user": "Web administration username [admin]: ",
    "pass": f"Web administration password: {HIDDEN}",
    "pass2": f"Confirm password: {HIDDEN}",
    "error_reports": "Enable incident reporting (yes): ",
    "enable_analytics": "Send deployment and usage statistics to Pexip (yes): ",
}


class Product:
    """A Management Node on whose console the wizard waits."""

    def __init__(self, questions: dict[str, str] | None = None) -> None:
        self.questions = QUESTIONS if questions is None else questions
        self.answers: dict[str, str] = {}
        self.password = ""
        self.is_up = False

    def script(self) -> Script:
        name = yield "Welcome\n\nlocalhost login: "
        assert name == "admin"
        self.password = yield f"You are required to change your password.\nNew password: {HIDDEN}"
        again = yield f"Retype new password: {HIDDEN}"
        assert again == self.password
        while (yield f"[sudo] password for admin: {HIDDEN}") != self.password:
            pass
        yield from self.wizard()

    def wizard(self, *, begun: str = "") -> Script:
        keys = list(self.questions)
        said = "\x0cPexip Infinity installation wizard\n\n" if not begun else ""
        for key in keys[keys.index(begun) if begun else 0 :]:
            self.answers[key] = yield said + self.questions[key]
            said = ""
        self.is_up = True
        yield "Rebooting now\n\x0cmgmt login: "


def surroundings() -> Any:
    node = NodeSettings(name="mgmt", ipv4="192.0.2.10", fqdn="mgmt.example.org")
    site = Site(dns_servers=("192.0.2.53",), ntp_servers=(NtpServer(address="192.0.2.123"),))
    vcenter = VSphere(address="vcenter.example").model_copy(update={"deploy": PLACED})
    return environment(site).with_deployment(
        management_node=node,
        vsphere=vcenter,
    )


def wizard_of(
    product: Product, console: TextConsole, kept: list[str], **more: Any
) -> InstallWizard:
    def keep(what: str, _: bytes) -> str:
        kept.append(what)
        return f"{what}.png"

    return InstallWizard(
        surroundings(),
        DEPLOYMENT,
        None,  # type: ignore[arg-type]
        **{
            "keep_picture": keep,
            "open_console": lambda: nullcontext(console),
            "is_up": lambda: product.is_up,
            "patience": HASTE,
            **more,
        },
    )


def test_every_question_is_answered_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InstallWizard, "planning", lambda _: nullcontext())
    product = Product()
    kept: list[str] = []
    said: list[str] = []
    logs: list[str] = []
    console = TextConsole(product.script())
    setup = wizard_of(product, console, kept, keep_log=logs.append)
    setup.apply(said.append)
    setup.verify()
    assert product.password == OS
    assert product.answers == {
        "hostname": "mgmt",
        "ip": "192.0.2.10",
        "mask": "255.255.255.0",
        "gw": "192.0.2.1",
        "domain": "example.org",
        "dns": "192.0.2.53",
        "ntp": "192.0.2.123",
        "user": "",
        "pass": WEB,
        "pass2": WEB,
        "error_reports": "NO",
        "enable_analytics": "NO",
    }
    assert OS not in setup.transcript
    assert WEB not in setup.transcript
    assert "mgmt-install-wizard" in kept
    assert setup.plan() == []
    [log] = logs
    run = installation_transcript(log.encode()).last_completed
    assert run is not None, "the log tells of a whole run"
    assert dict(run.answers)["hostname"] == "mgmt"
    assert OS not in log
    assert WEB not in log


def test_the_plan_names_every_answer_and_types_nothing() -> None:
    product = Product()
    console = TextConsole(product.script())
    setup = wizard_of(product, console, [])
    titles = [change.setting for change in setup.plan()]
    assert "Gateway address" in titles
    assert "Enable incident reporting" in titles
    assert not console.typed


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ({"licence": "Enter the licence key: "}, "do not know"),
        ({"gw": "Gateway address: ", "gw2": "Gateway address: "}, "again"),
        ({"contact": "Contact email address: "}, "states nothing"),
    ],
)
def test_what_it_does_not_know_it_does_not_answer(question: dict[str, str], told: str) -> None:
    product = Product(question)
    console = TextConsole(product.script())
    with pytest.raises(SetupFailed, match=told) as stopped:
        wizard_of(product, console, []).apply(lambda _: None)
    assert len(product.answers) == len(question) - 1
    assert "--resume" in stopped.value.remedy
    assert "Not done: the installation wizard" in stopped.value.message


def test_it_goes_on_after_the_operator_has_done_a_page() -> None:
    product = Product()
    console = TextConsole(product.wizard(begun="user"))
    wizard_of(product, console, [], resume=True).apply(lambda _: None)
    assert list(product.answers) == ["user", "pass", "pass2", "error_reports", "enable_analytics"]


def test_where_the_picture_is_not_certain_it_stops_without_a_key() -> None:
    product = Product()
    kept: list[str] = []
    console = TextConsole(product.script(), smear="Network mask")
    with pytest.raises(SetupFailed, match=r"picture: mgmt-stopped\.png"):
        wizard_of(product, console, kept).apply(lambda _: None)
    assert list(product.answers) == ["hostname", "ip"]
    assert console.typed[-1] == "192.0.2.10"
