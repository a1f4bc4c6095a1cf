"""Secrets are references: fetched only when asked for, never repeated in a message."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.errors import NoKeyringError

from environment.texts import SOUND
from securemode.environment import secrets

if TYPE_CHECKING:
    from pathlib import Path

    from environment.texts import Load, Refusal

LITERAL = "hunter2-literal"
FIELD = "credentials.web.password: "


def with_password(reference: str) -> str:
    """The sound environment with another reference."""
    return SOUND.replace("{env: E1_WEB_PASSWORD}", reference)


def test_no_secret_is_needed_to_list_or_to_plan(load_text: Load) -> None:
    environment = load_text()
    assert not environment.credentials.web.password
    assert environment.secret_values() == ()


def test_a_variable_of_the_environment(load_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("E1_WEB_PASSWORD", "from env")
    environment = load_text(resolve=True)
    assert environment.credentials.web.password.reveal() == "from env"
    assert environment.secret_values() == ("from env",)
    assert "from env" not in repr(environment)
    assert "from env" not in environment.model_dump_json()


def test_a_file_relative_to_the_environment(load_text: Load, tmp_path: Path) -> None:
    secret = tmp_path / "web"
    secret.write_text("from file\n")
    secret.chmod(0o600)
    environment = load_text(sound=with_password("{file: web}"), resolve=True)
    assert environment.credentials.web.password.reveal() == "from file"


def test_a_file_that_everybody_can_read_is_refused(refused: Refusal, tmp_path: Path) -> None:
    secret = tmp_path / "web"
    secret.write_text(LITERAL)
    secret.chmod(0o644)
    (line,) = refused(sound=with_password("{file: web}"), resolve=True)
    assert "which every user of this machine can read" in line
    assert f"chmod o-r {secret}" in line
    assert LITERAL not in line


def test_the_first_line_of_a_command(load_text: Load) -> None:
    command = f"[{sys.executable}, -c, \"print('from command'); print('more')\"]"
    environment = load_text(sound=with_password(f"{{command: {command}}}"), resolve=True)
    assert environment.credentials.web.password.reveal() == "from command"


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyring with one entry; a service of it is locked."""

    def get_password(service: str, username: str) -> str | None:
        if service == "locked":
            raise NoKeyringError
        return "from ring" if (service, username) == ("acceptance/lab", "web") else None

    monkeypatch.setattr(keyring, "get_password", get_password)


def test_an_entry_of_the_keyring(load_text: Load, ring: None) -> None:
    environment = load_text(sound=with_password("{keyring: acceptance/lab/web}"), resolve=True)
    assert environment.credentials.web.password.reveal() == "from ring"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked on a terminal."""
    asked: list[str] = []

    def getpass(text: str) -> str:
        asked.append(text)
        return "typed"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", getpass)
    return asked


TWICE = SOUND.replace(
    "  web: {username: admin, password: {env: E1_WEB_PASSWORD}}",
    "  web: {username: admin, password: {prompt: Password of admin}}\n"
    "  os_admin: {username: admin, password: {prompt: Password of admin}}",
)


def test_a_prompt_is_put_once(load_text: Load, terminal: list[str]) -> None:
    environment = load_text(sound=TWICE, resolve=True)
    assert environment.credentials.web.password.reveal() == "typed"
    assert environment.credentials.os_admin == environment.credentials.web
    assert terminal == ["Password of admin: "]


def test_nobody_is_asked_when_something_else_is_wrong(
    refused: Refusal, terminal: list[str]
) -> None:
    (line,) = refused("colour: blue", sound=TWICE, resolve=True)
    assert "colour" in line
    assert terminal == []


def test_without_a_terminal_nobody_can_be_asked(
    refused: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    lines = refused(sound=TWICE, resolve=True)
    assert all("there is no terminal to ask on" in line for line in lines)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("{env: E1_NOT_SET}", "needs the environment variable E1_NOT_SET, which is not set"),
        ("{env: E1_EMPTY}", "is empty: env E1_EMPTY holds nothing"),
        ("{file: nowhere}", "which cannot be read (No such file or directory)"),
        (f'{{command: [{sys.executable}, -c, "exit(3)"]}}', "which failed with exit code 3"),
        ("{command: [no-such-program-e1]}", "which could not be started (No such file"),
        (f'{{command: [{sys.executable}, -c, "import time; time.sleep(9)"]}}', "gave no answer"),
        (f'{{command: [{sys.executable}, -c, "pass"]}}', "is empty: command"),
        ("{keyring: acceptance/other}", "keyring entry acceptance/other, which does not exist"),
        ("{keyring: locked/web}", "the keyring, which cannot be used (NoKeyringError)"),
    ],
)
def test_a_secret_that_cannot_be_had(
    refused: Refusal, monkeypatch: pytest.MonkeyPatch, ring: None, reference: str, expected: str
) -> None:
    monkeypatch.setattr(secrets, "COMMAND_TIMEOUT_S", 0.5)
    monkeypatch.setenv("E1_EMPTY", "")
    (line,) = refused(sound=with_password(reference), resolve=True)
    assert f"prod.yaml:4: {FIELD}" in line
    assert expected in line


@pytest.mark.parametrize("resolve", [False, True])
@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (LITERAL, "is a literal secret, which is refused. Remedy: refer to it: {env: NAME}"),
        (f"{{value: {LITERAL}}}", "is not a reference to a secret"),
        (f"{{{LITERAL}: x}}", "is not a reference to a secret"),
        (f"{{env: A, file: {LITERAL}}}", "is not a reference to a secret"),
        (f"{{env: [{LITERAL}]}}", "has no usable env"),
        (f"{{env: {LITERAL}}}", "has no usable env"),
        (f"{{keyring: {LITERAL}}}", "has no usable keyring"),
        (f"{{command: {LITERAL}}}", "names no command"),
        ("12345", "is a literal secret"),
        ("null", "is a literal secret"),
    ],
)
def test_only_references_are_taken(
    refused: Refusal, reference: str, expected: str, *, resolve: bool
) -> None:
    (line,) = refused(sound=with_password(reference), resolve=resolve)
    assert expected in line
    assert LITERAL not in line


@pytest.mark.parametrize(
    "credentials",
    [
        f"credentials: {LITERAL}",
        f"credentials: {{web: {LITERAL}}}",
        f"credentials: {{web: {{username: a, pasword_: {LITERAL}}}}}",
        f"credentials: {{web: {{username: [{LITERAL}], password: {{env: X}}}}}}",
        f'credentials: {{web: {{username: a, password: "{LITERAL}\n',
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(refused: Refusal, credentials: str) -> None:
    start = SOUND.index("credentials")
    end = SOUND.index("trust")
    lines = refused(sound=SOUND[:start] + SOUND[end:] + credentials)
    assert lines
    assert not any(LITERAL in line for line in lines)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (f"ntp_keys: {{10: {LITERAL}}}", "credentials.ntp_keys.10: is a literal secret"),
        ("ntp_keys: {ten: {env: A}}", "has a key that is not the id of an NTP key"),
        ("ntp_keys: {65536: {env: A}}", "has a key that is not the id of an NTP key"),
        (f"ldap_bind_password: {LITERAL}", "credentials.ldap_bind_password: is a literal secret"),
        (f"backup_passphrase: {LITERAL}", "credentials.backup_passphrase: is a literal secret"),
        (
            f"roles: {{auditor: {{username: a, password: {LITERAL}}}}}",
            "credentials.roles.auditor.password: is a literal secret",
        ),
        (
            f'last_resort: {{certificate: prod.yaml, key: "-----BEGIN KEY----- {LITERAL}"}}',
            "credentials.last_resort.key: is PEM text, expected the path of a file",
        ),
        ("last_resort: {certificate: prod.yaml}", "credentials.last_resort.key: is missing"),
    ],
)
def test_every_secret_is_a_reference(refused: Refusal, more: str, expected: str) -> None:
    (line,) = refused(sound=SOUND.replace("credentials:\n", f"credentials:\n  {more}\n"))
    assert expected in line
    assert LITERAL not in line


def test_a_private_key_that_everybody_can_read_is_refused(refused: Refusal, tmp_path: Path) -> None:
    key = tmp_path / "admin.key"
    key.touch()
    key.chmod(0o644)
    certificate = "client_certificate: {certificate: admin.key, key: admin.key}"
    (line,) = refused(sound=SOUND.replace("credentials:\n", f"credentials:\n  {certificate}\n"))
    assert line.startswith("prod.yaml:4: credentials.client_certificate.key: ")
    assert f"Remedy: chmod o-r {key}" in line


def test_keys_of_ntp_servers_are_fetched(load_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("E1_WEB_PASSWORD", "w")
    monkeypatch.setenv("E1_NTP_KEY", "of key 10")
    sound = SOUND.replace("credentials:\n", "credentials:\n  ntp_keys: {10: {env: E1_NTP_KEY}}\n")
    environment = load_text(sound=sound, resolve=True)
    assert environment.credentials.ntp_keys["10"].reveal() == "of key 10"
    assert "of key 10" in environment.secret_values()
