"""From answers of esxcli to the plain values that the controls of a STIG are judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PREFIX = "esxcli "

_ROWS = {
    "system.account.list": ("UserID", "Shellaccess"),
    "system.settings.kernel.list": ("Name", "Configured"),
    "system.ssh.server.config.list": ("Key", "Value"),
}
"""Commands that answer a row a thing: the column that names it, and that of its value."""

_ARGUMENTS = {
    "system.tls.server.get": {"showprofiledefaults": "true", "showcurrentbootprofile": "true"},
}
"""The running TLS profile counts, not the one that waits for a restart."""

ACCOUNTS = f"{PREFIX}system.account.list"
"""Source of the names of all local accounts."""


def commands(sources: Iterable[str]) -> tuple[str, ...]:
    """The commands that sources such as "esxcli system.account.list#dcui" need, each once."""
    asked = (one.removeprefix(PREFIX) for one in sources if one.startswith(PREFIX))
    return tuple(dict.fromkeys(one.partition("#")[0] for one in asked))


def arguments(command: str) -> Mapping[str, str]:
    """What a command has to be told."""
    return _ARGUMENTS.get(command, {})


def values(command: str, rows: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, Any]]:
    """Every value of an answer by its source: a row or a member after "#"."""
    source = f"{PREFIX}{command}"
    if command not in _ROWS:
        for row in rows[:1]:
            yield from ((f"{source}#{name}", value) for name, value in row.items())
        return
    name, value = _ROWS[command]
    yield source, [row[name] for row in rows if name in row]
    yield from ((f"{source}#{row[name]}", row.get(value, "")) for row in rows if name in row)


def secured_targets(rows: Sequence[Mapping[str, str]]) -> int:
    """To how many targets system.snmp.get says that the host sends authenticated traps."""
    members = {name.lower(): value for row in rows[:1] for name, value in row.items()}
    targets = [one.split() for one in members.get("v3targets", "").split(",")]
    return sum({"auth", "priv"} & set(target) != set() for target in targets)
