from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from securemode.errors import TimedOut, Unsupported
from securemode.judges.console_login import no_login_at_the_console
from securemode.observations.vsphere import MachineIdentity
from securemode.pictures import Pictures
from securemode.probes import console_login
from securemode.probes.console_login import ConsoleLogin
from securemode.probes.probe import Access
from securemode.verdicts import Verdict
from setups.surroundings import DEPLOYMENT, environment
from setups.test_console_way import HASTE, Product
from vsphere.console.text_console import TextConsole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.environment.models import Environment
    from vsphere.console.text_console import Script


def look(
    monkeypatch: pytest.MonkeyPatch, path: Path, console: TextConsole, known: Environment
) -> Any:
    @contextmanager
    def opened(*_: object) -> Iterator[TextConsole]:
        yield console

    identity = MachineIdentity(moid="vm-7", name="mgmt")
    monkeypatch.setattr(console_login, "machine_of", lambda *_: identity)
    monkeypatch.setattr(console_login, "console_of", opened)
    monkeypatch.setattr(console_login, "patience_with", lambda _: HASTE)
    access = Access(
        environment=known,
        deployment=DEPLOYMENT,
        timeout_s=1,
        cancelled=threading.Event(),
        pictures=Pictures(path),
    )
    return ConsoleLogin(target=DEPLOYMENT.management, address="192.0.2.5").look(access)


@pytest.mark.parametrize(
    ("is_open", "verdict", "saw"),
    [(True, Verdict.FAIL, "a shell"), (False, Verdict.PASS, "a refused login")],
)
def test_what_comes_of_the_login_decides(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    is_open: bool,  # noqa: FBT001
    verdict: Verdict,
    saw: str,
) -> None:
    product = Product(is_open=is_open)
    said = no_login_at_the_console(look(monkeypatch, tmp_path, product.console, environment()))
    assert said.verdict is verdict
    assert said.saw.startswith(saw)
    assert "mgmt-login.png" in said.saw
    assert product.console.lines[-1] == "mgmt login: "


def waiting(*texts: str) -> Script:
    for text in texts:  # noqa: UP028 - what is typed is sent in
        yield text
    while True:
        yield ""


def test_a_dark_console_is_woken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    console = TextConsole(waiting("", "mgmt login: ", "Password: ", "Login incorrect\nlogin: "))
    seen = look(monkeypatch, tmp_path, console, environment())
    assert not seen.is_let_in
    assert console.typed[0] == ""


def test_an_enter_that_came_too_early_is_no_login(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = "Login incorrect\nmgmt login: "
    console = TextConsole(waiting("mgmt login: \nPassword: ", asked, "Password: ", asked))
    seen = look(monkeypatch, tmp_path, console, environment())
    assert not seen.is_let_in
    assert [typed == "" for typed in console.typed] == [True, False, False]


def test_a_console_without_a_login_prompt_proves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    console = TextConsole(waiting("Kernel panic"))
    with pytest.raises(TimedOut, match=r"timed-out\.png"):
        look(monkeypatch, tmp_path, console, environment())
    assert console.typed == []


def test_without_an_account_nobody_logs_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = environment()
    nameless = known.credentials.model_copy(update={"os_admin": None})
    with pytest.raises(Unsupported, match="system administrator"):
        look(
            monkeypatch,
            tmp_path,
            TextConsole(waiting("mgmt login: ")),
            known.with_deployment(credentials=nameless),
        )
