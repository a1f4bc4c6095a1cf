"""Secrets by reference: an environment says where a secret is, never what it is.

password: {env: NAME}                 an environment variable
password: {file: PATH}                a file, its path relative to the environment's own
password: {command: [pass, show, x]}  the first line that a program prints
password: {keyring: service/user}     an entry of the system's keyring
password: {prompt: "Password of x"}   asked on the terminal

Without a resolver in the validation context only the form of a reference is checked and the secret
stays empty: lists and plans need none.
"""

from __future__ import annotations

import getpass
import os
import re
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import keyring
from keyring.errors import KeyringError
from pydantic_core import core_schema

from securemode.environment.secret import Secret
from securemode.environment.values import problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

COMMAND_TIMEOUT_S = 10.0

_PATTERNS = {"env": "[A-Za-z_][A-Za-z0-9_]*", "keyring": ".+/[^/]+"}

_TEXT = {"type": "string", "minLength": 1}
_WORDS = {"type": "array", "items": _TEXT, "minItems": 1}
_FORMS: dict[str, dict[str, Any]] = {
    "env": {
        "type": "string",
        "pattern": f"^{_PATTERNS['env']}$",
        "description": "name of an environment variable",
    },
    "file": _TEXT | {"description": "path of a file, relative to this one"},
    "command": _WORDS | {"description": "program and arguments; its first line is the secret"},
    "keyring": {
        "type": "string",
        "pattern": f"^{_PATTERNS['keyring']}$",
        "description": "service/user, an entry of the system's keyring",
    },
    "prompt": _TEXT | {"description": "what is asked on the terminal"},
}
_REFER = (
    "refer to it: {env: NAME}, {file: PATH}, {command: [..]}, {keyring: service/user} or "
    "{prompt: text}"
)

Reference = tuple[str, str | tuple[str, ...]]
"""A form and what it names; equal references are one secret."""


@dataclass(slots=True)
class Resolver:
    """Fetches secrets, each once.

    Attributes:
        directory: of the environment file; paths of secret files are relative to it.
        asks: whether prompts are put on the terminal. They come last, when all else is right: until
            then they are only noted in `unasked`.
    """

    directory: Path
    asks: bool = False
    unasked: int = 0
    _known: dict[Reference, Secret] = field(default_factory=dict)

    def secret(self, reference: Reference) -> Secret:
        """The secret; an empty one where a prompt is not put yet.

        Raises:
            PydanticCustomError: it could not be fetched; the message never holds what was read.
        """
        if reference not in self._known:
            form, named = reference
            if form == "prompt" and not self.asks:
                self.unasked += 1
                return Secret("")
            value = _FETCH[form](named, self.directory)
            if not value:
                raise problem(f"is empty: {_said(reference)} holds nothing", "put the secret there")
            self._known[reference] = Secret(value)
        return self._known[reference]


def _said(reference: Reference) -> str:
    form, named = reference
    return f"{form} {named if isinstance(named, str) else named[0]}"


def _from_environment(name: str, directory: Path) -> str:
    del directory
    try:
        return os.environ[name]
    except KeyError:
        raise problem(
            f"needs the environment variable {name}, which is not set",
            f"export {name}, or refer to another place",
        ) from None


def _from_file(name: str, directory: Path) -> str:
    path = directory / name
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & stat.S_IROTH:
                raise problem(
                    f"needs the file {path}, which every user of this machine can read",
                    f"chmod o-r {path}, and change the secret if others may have seen it",
                )
            return file.read().rstrip("\r\n")
    except OSError as error:
        raise problem(
            f"needs the file {path}, which cannot be read ({error.strerror})",
            "create it with mode 600, or refer to another place",
        ) from None
    except UnicodeDecodeError:
        raise problem(
            f"needs the file {path}, which is not UTF-8 text", "put the secret there as plain text"
        ) from None


def _from_command(words: tuple[str, ...], directory: Path) -> str:
    program = words[0]
    try:
        done = subprocess.run(
            words,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_TIMEOUT_S,
            check=True,
        )
        return done.stdout.decode().partition("\n")[0].rstrip("\r")
    except subprocess.TimeoutExpired:
        failure = f"gave no answer within {COMMAND_TIMEOUT_S:g} s"
    except subprocess.CalledProcessError as error:
        failure = f"failed with exit code {error.returncode}"
    except OSError as error:
        failure = f"could not be started ({error.strerror})"
    except UnicodeDecodeError:
        failure = "printed something that is not UTF-8 text"
    raise problem(
        f"needs the command {program}, which {failure}",
        f"run it by hand in {directory}; it has to print the secret and ask nothing",
    )


def _from_keyring(entry: str, directory: Path) -> str:
    del directory
    service, _, user = entry.rpartition("/")
    try:
        value = keyring.get_password(service, user)
    except KeyringError as error:
        raise problem(
            f"needs the keyring, which cannot be used ({type(error).__name__})",
            "unlock or install a keyring, or refer to another place",
        ) from None
    if value is None:
        raise problem(
            f"needs the keyring entry {entry}, which does not exist",
            f"keyring set {service} {user}",
        )
    return value


def _from_prompt(text: str, directory: Path) -> str:
    del directory
    if not sys.stdin.isatty():
        raise problem(
            "is to be asked for, and there is no terminal to ask on",
            "run on a terminal, or refer to another place",
        )
    try:
        return getpass.getpass(f"{text}: ")
    except EOFError:
        raise problem("was asked for and not given", "type it when asked") from None


_FETCH: dict[str, Callable[[Any, Path], str]] = {
    "env": _from_environment,
    "file": _from_file,
    "command": _from_command,
    "keyring": _from_keyring,
    "prompt": _from_prompt,
}


def _reference(value: object) -> Reference:
    """The reference that a YAML value is; anything else may be a secret and is never repeated."""
    if not isinstance(value, dict):
        raise problem("is a literal secret, which is refused", _REFER)
    if len(value) != 1 or (form := next(iter(value))) not in _FORMS:
        raise problem("is not a reference to a secret", _REFER)
    named = value[form]
    if form == "command":
        if not isinstance(named, list) or not named or not all(_is_text(word) for word in named):
            raise problem(
                "names no command", "write it as a list of words: {command: [pass, show, web]}"
            )
        return form, tuple(named)
    if not _is_text(named) or (form in _PATTERNS and not re.fullmatch(_PATTERNS[form], named)):
        raise problem(f"has no usable {form}", _REFER)
    return form, named


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _secret(value: object, info: core_schema.ValidationInfo) -> Secret:
    if isinstance(value, Secret):
        return value
    reference = _reference(value)
    resolver = (info.context or {}).get("resolver")
    return resolver.secret(reference) if resolver else Secret("")


class _ByReference:
    """Makes a field of type `Secret` read a reference, and hides the value where it is written."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(
            _secret, serialization=core_schema.plain_serializer_function_ser_schema(repr)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        forms = [
            {
                "type": "object",
                "properties": {form: value},
                "required": [form],
                "additionalProperties": False,
            }
            for form, value in _FORMS.items()
        ]
        return {"description": "a secret, by reference only", "oneOf": forms}


SecretField = Annotated[Secret, _ByReference()]
