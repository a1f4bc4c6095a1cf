"""What nodes serve: the certificates of every TLS port and the ports that answer, as tables."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Record = Mapping[str, Any]

_MOST_PORTS = 20
_SECONDS_A_DAY = 86_400


class Certificate(NamedTuple):
    """One certificate of a chain.

    Attributes:
        days_left: whole days from the look at it to its end; negative once it is over.
        ends: the day on which it ends, UTC.
        ocsp: what its responder said of it; nothing where nobody asked.
        evidence: the record of the responder's answer; nothing where nobody asked.
    """

    subject: str
    issuer: str
    key: str
    signature: str
    days_left: int
    ends: str
    ocsp: str
    evidence: str


class Chain(NamedTuple):
    """One chain as one port of one node served it, its own certificate first."""

    endpoint: str
    offered: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    evidence: str


class Reached(NamedTuple):
    """The ports of one node that answered, among those asked."""

    node: str
    network: str
    asked: str
    answered: str
    control: str
    evidence: str


def chains(records: Iterable[Record]) -> tuple[Chain, ...]:
    """Every distinct chain of every port, from the records of the probe "served-certificates"."""
    known = tuple(records)
    said = {
        (
            record["target"],
            record["observation"]["subject"],
            record["observation"]["issuer"],
        ): record
        for record in observed(known, "certificate-revocation")
    }
    seen = observed(known, "served-certificates")
    return tuple(chain for record in seen for chain in _chains(record, said))


def observed(records: Iterable[Record], *probes: str) -> Iterator[Record]:
    """The records in which one of the probes saw something."""
    for record in records:
        if record.get("probe") in probes and "observation" in record:
            yield record


def _chains(record: Record, said: Mapping[tuple[str, str, str], Record]) -> Iterator[Chain]:
    observation = record["observation"]
    offered: dict[tuple[str, ...], list[str]] = {}
    served: dict[tuple[str, ...], list[Record]] = {}
    for chain in observation["chains"]:
        name = tuple(entry["fingerprint"] for entry in chain["certificates"])
        offered.setdefault(name, []).append(f"{chain['version']} {chain['offered']}".strip())
        served[name] = chain["certificates"]
    for name, certificates in served.items():
        yield Chain(
            endpoint=endpoint(record),
            offered=tuple(dict.fromkeys(offered[name])),
            certificates=tuple(_certificate(entry, record, said) for entry in certificates),
            evidence=str(record["id"]),
        )


def endpoint(record: Record) -> str:
    """A TLS port as the page names it: "conf1, HTTPS on 443"."""
    observation = record["observation"]
    service = str(observation["service"]).replace("_", "/").upper()
    return f"{record['target']}, {service} on {observation['port']}"


def _certificate(
    entry: Record, record: Record, said: Mapping[tuple[str, str, str], Record]
) -> Certificate:
    looked_at = datetime.fromisoformat(record["observation"]["looked_at"])
    left = datetime.fromisoformat(entry["not_after"]) - looked_at
    answer = said.get((record["target"], entry["subject"], entry["issuer"]))
    return Certificate(
        subject=entry["subject"],
        issuer="itself" if entry["self_signed"] else entry["issuer"],
        key=_key(entry),
        signature=entry["signature_algorithm"],
        days_left=int(left.total_seconds() // _SECONDS_A_DAY),
        ends=entry["not_after"][:10],
        ocsp=_status(answer["observation"]) if answer else "",
        evidence=str(answer["id"]) if answer else "",
    )


def _key(entry: Record) -> str:
    size = entry["curve"] or (entry["key_bits"] and f"{entry['key_bits']} bits")
    return f"{entry['key_type']} {size}" if size else str(entry["key_type"])


def _status(answer: Record) -> str:
    """The status where the answer can be believed, otherwise why it can't."""
    if answer["trouble"] or not answer["status"]:
        return str(answer["trouble"] or answer["answer"] or "no answer")
    doubts = [word for word in ("authentic", "current") if not answer[word]]
    return ", not ".join([str(answer["status"]), *doubts])


def reached(records: Iterable[Record]) -> tuple[Reached, ...]:
    """The ports that answer, from the records of the probes "open-ports" and "service-ports"."""
    rows = (
        _open(record) if record["probe"] == "open-ports" else _services(record)
        for record in observed(records, "open-ports", "service-ports")
    )
    return tuple(sorted(rows))


def _open(record: Record) -> Reached:
    observation = record["observation"]
    ports = [str(port) for port in observation["open"]]
    more = [f"and {len(ports) - _MOST_PORTS} more"] * (len(ports) > _MOST_PORTS)
    answered, asked = observation["controls_answered"], observation["controls_asked"]
    return Reached(
        node=str(record["target"]),
        network=f"TCP over {str(observation['family']).replace('ip', 'IP')}",
        asked=observation["described"],
        answered=", ".join([*ports[:_MOST_PORTS], *more]) or "none",
        control=f"{observation['control_port']} answered {answered} of {asked} times",
        evidence=str(record["id"]),
    )


def _services(record: Record) -> Reached:
    observation = record["observation"]
    alive = observation["alive_before"] and observation["alive_after"]
    return Reached(
        node=str(record["target"]),
        network="Services",
        asked=", ".join(f"{port['service']} on {port['port']}" for port in observation["ports"]),
        answered=", ".join(map(_service, observation["ports"])),
        control=f"{observation['control_port']} {'answered' if alive else 'did not answer'}",
        evidence=str(record["id"]),
    )


def _service(port: Record) -> str:
    said = f" ({port['answer']})" if port["answer"] else ""
    return f"{port['port']} {port['state']}{said}"
