"""What has to be known of an OVF descriptor before vCenter reads it: its networks."""

from __future__ import annotations

from xml.etree import ElementTree as ET

_ENVELOPE = "{http://schemas.dmtf.org/ovf/envelope/1}"


def networks_in(descriptor: str) -> tuple[str, ...]:
    """Names of the networks to which an OVF's adapters are connected.

    Args:
        descriptor: the OVF descriptor, of an OVA whose bytes have been verified.

    Raises:
        ValueError: it is no OVF descriptor.

    Source: DMTF DSP0243, "NetworkSection".
    """
    if "<!DOCTYPE" in descriptor or "<!ENTITY" in descriptor:
        message = "it declares entities, which no descriptor needs"
        raise ValueError(message)
    try:
        envelope = ET.fromstring(descriptor)  # noqa: S314 - without entities there is nothing to expand
    except ET.ParseError as error:
        message = f"it is no XML ({error})"
        raise ValueError(message) from None
    if envelope.tag != f"{_ENVELOPE}Envelope":
        message = f"it begins with {envelope.tag!r} instead of an OVF envelope"
        raise ValueError(message)
    networks = envelope.iterfind(f"{_ENVELOPE}NetworkSection/{_ENVELOPE}Network")
    return tuple(network.get(f"{_ENVELOPE}name", "") for network in networks)
