"""SIP that is not where the site expects it, or does not answer there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.appliance.listeners import Service
from securemode_lab.faults.fault import Change, Defect, Fault, Misconfiguration

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import NodeBehaviour

_UDP = ("WIZ-07", "GLOBAL-01")
"""Of SIP over UDP the site needs that it answers, and where."""
_TLS = ("WIZ-01", "WIZ-12", "WIZ-18", "WIZ-24")
_CERTIFICATES = ("CERT-01", "CERT-02", "CERT-03", "CERT-04", "CERT-06", "CA-02")
_SEEN_ON_SIP_TLS = (*_TLS, *_CERTIFICATES)
"""Looked at on the site's SIP/TLS port, where nothing listens any more."""


def _silent(service: Service) -> Change:
    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return replace(behaviour, silent=behaviour.silent | {service})

    return change


def _udp_elsewhere(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, sip_udp=5070)


def _tcp_elsewhere(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, sip_tcp=5070)


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="sip-udp-port",
        turns=_UDP,
        text="the wizard was given 5070 as the SIP UDP listen port",
        answers={"sip_udp_port": 5070},
    ),
    Defect(
        name="node-listens-elsewhere-for-sip-udp",
        turns=_UDP,
        text="a node listens for SIP over UDP on 5070",
        change=_udp_elsewhere,
    ),
    Defect(
        name="sip-udp-silent",
        turns=_UDP,
        text="a node answers nothing over SIP UDP",
        change=_silent(Service.SIP_UDP),
    ),
    Misconfiguration(
        name="sip-tcp-port",
        turns=("WIZ-08",),
        text="the wizard was given 5070 as the SIP TCP listen port",
        answers={"sip_tcp_port": 5070},
    ),
    Defect(
        name="node-listens-elsewhere-for-sip-tcp",
        turns=("WIZ-08",),
        text="a node listens for SIP over TCP on 5070",
        change=_tcp_elsewhere,
    ),
    Defect(
        name="sip-tcp-silent",
        turns=("WIZ-08",),
        text="a node accepts connections for SIP over TCP and answers nothing",
        change=_silent(Service.SIP_TCP),
    ),
    Misconfiguration(
        name="sip-tls-port",
        turns=("WIZ-09",),
        clouds=_SEEN_ON_SIP_TLS,
        text="the wizard was given 5071 as the SIP TLS listen port",
        answers={"sip_tls_port": 5071},
    ),
    Defect(
        name="sip-tls-silent",
        turns=("WIZ-09",),
        text="a node completes the handshake for SIP over TLS and answers nothing",
        change=_silent(Service.SIP_TLS),
    ),
)
