"""What the evidence says of TLS and ports, as tables that a reader compares nodes by."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from securemode.report.served import endpoint, observed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Record = Mapping[str, Any]


class TlsRow(NamedTuple):
    """One TLS port of one node; a cell says "accepted", "refused" or nothing."""

    endpoint: str
    cells: tuple[str, ...]
    evidence: str


class TlsGrid(NamedTuple):
    """Versions of the protocol, oldest first, and what each port made of them."""

    versions: tuple[str, ...]
    rows: tuple[TlsRow, ...]


class PortRow(NamedTuple):
    """How the unused ports of one node answered on one network, and the open one beside them."""

    node: str
    network: str
    asked: int
    answers: tuple[int, ...]
    control: str
    evidence: str


ANSWERS = {"silent": "silent", "reset": "RST", "icmp": "ICMP error", "open": "open"}
"""The states of a port, as the evidence and as the page name them."""


def tls_grid(records: Iterable[Record]) -> TlsGrid | None:
    """The TLS versions by node and port, from every record of the probe "tls-endpoint"."""
    seen = tuple(observed(records, "tls-endpoint"))
    offered = (entry["version"] for record in seen for entry in record["observation"]["versions"])
    versions = tuple(dict.fromkeys(offered))
    rows = tuple(_tls_row(record, versions) for record in seen)
    return TlsGrid(versions, rows) if rows else None


def _tls_row(record: Record, versions: tuple[str, ...]) -> TlsRow:
    observation = record["observation"]
    said = {
        entry["version"]: "accepted" if entry["accepted"] else "refused"
        for entry in observation["versions"]
    }
    return TlsRow(
        endpoint=endpoint(record),
        cells=tuple(said.get(version, "") for version in versions),
        evidence=str(record["id"]),
    )


def port_table(records: Iterable[Record]) -> tuple[PortRow, ...]:
    """The answers of unused ports, from every record of the probe "closed-ports"."""
    return tuple(_port_row(record) for record in observed(records, "closed-ports"))


def _port_row(record: Record) -> PortRow:
    observation = record["observation"]
    said = Counter(answer["state"] for answer in observation["said"])
    asked = len(observation["said"])
    if swept := observation.get("every_port"):
        asked += swept["asked"]
        said += Counter(open=len(swept["open"]), silent=swept["silent_count"])
        said += Counter(answer["state"] for answer in swept["answered"])
    family = str(observation["family"]).replace("ip", "IP")
    control = (observation["control_before"], observation["control_after"])
    return PortRow(
        node=str(record["target"]),
        network=f"{str(observation['transport']).upper()} over {family}",
        asked=asked,
        answers=tuple(said[state] for state in ANSWERS),
        control=f"{observation['control_port']} {' and '.join(dict.fromkeys(control))}",
        evidence=str(record["id"]),
    )
