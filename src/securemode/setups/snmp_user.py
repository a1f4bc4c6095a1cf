"""Whether a node's SNMP user has the passwords that it should: they can be tried, but not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.errors import CannotLook

if TYPE_CHECKING:
    from securemode.environment.models import Environment, SnmpCredentials
    from securemode.infinity.client import Row
    from securemode.targets import Node

MODE = "AUTHPRIV"


def is_in_use(environment: Environment, row: Row) -> bool | None:
    """Whether the node's agent answers the stated user, authenticated and encrypted.

    Only asked where the node has this user already: anything else is written anyway.

    Args:
        environment: the user, its passwords, and the nodes.
        row: the node, as the product has it.

    Returns:
        True where it answers, False where it refuses them, None where nobody could tell: its
        silence may be that of a firewall.
    """
    snmp = environment.credentials.snmp
    if snmp is None or not _has_user(row, snmp):
        return None
    nodes = _known(environment)
    node = next((one for one in nodes if one.ipv4 == row["address"]), None)
    if node is None:
        return None
    from securemode.probes.snmp import accepts  # noqa: PLC0415 - pysnmp is heavy

    try:
        return accepts(node, snmp, environment.limits.answer_timeout_s)
    except CannotLook:
        return None


def _known(environment: Environment) -> tuple[Node, ...]:
    """The nodes that are known by now; the Management Node always is."""
    if isinstance(environment.conferencing_nodes, str):
        return (environment.management(),)
    return tuple(environment.deployment().nodes)


def _has_user(row: Row, snmp: SnmpCredentials) -> bool:
    wanted = {"snmp_mode": MODE, "snmp_username": snmp.username}
    return bool(row.get("address")) and all(row.get(key) == value for key, value in wanted.items())
