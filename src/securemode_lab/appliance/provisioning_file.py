"""What a new Conferencing Node learns from its configuration file; see `api_bootstrap`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from xml.etree import ElementTree as ET

_ROOT = "configuration"
_DOCUMENT_TYPE = b"<!DOCTYPE"


class NotAConfiguration(Exception):
    """The file is none that this node could become something by; says why."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Which node a machine shall be.

    Attributes:
        name: of the node.
        hostname, domain: its name in DNS.
        address: IPv4.
        password: of the system administrator, as a hash.
        location: name of its location.
        manager: address of the Management Node.
    """

    name: str
    hostname: str
    domain: str
    address: str
    password: str
    location: str
    manager: str


_PATHS = {
    "name": "node/name",
    "hostname": "node/hostname",
    "domain": "node/domain",
    "address": "node/address",
    "password": "node/password",
    "location": "system_location/name",
    "manager": "management_node/address",
}
_MAY_BE_EMPTY = frozenset({"password"})


def bootstrap(content: bytes) -> Bootstrap:
    """Read a configuration file.

    Raises:
        NotAConfiguration: it is no XML, or lacks what every node needs.
    """
    if _DOCUMENT_TYPE in content:
        raise NotAConfiguration("The file is no configuration of a Conferencing Node.")
    try:
        root = ET.fromstring(content)  # noqa: S314 - a document type was refused above
    except (ET.ParseError, LookupError, ValueError) as bad:
        raise NotAConfiguration(f"The file is no XML: {bad}.") from None
    if root.tag != _ROOT:
        raise NotAConfiguration("The file is no configuration of a Conferencing Node.")
    found = {field.name: root.findtext(_PATHS[field.name], "") for field in fields(Bootstrap)}
    missing = [_PATHS[n] for n, value in found.items() if not value and n not in _MAY_BE_EMPTY]
    if missing:
        raise NotAConfiguration(f"The configuration lacks {', '.join(missing)}.")
    return Bootstrap(**found)
