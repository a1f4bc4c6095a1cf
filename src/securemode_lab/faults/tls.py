"""TLS ports that accept what they should not, or refuse what they should accept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.faults.fault import Change, Defect, Fault, Misconfiguration

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode_lab.appliance.behaviour import Tls
    from securemode_lab.appliance.derive import NodeBehaviour

_FOR_TLS_1_1 = "ECDHE-RSA-AES256-SHA"
_OLD = ("WIZ-12", "WIZ-01")
_OLD_HTTPS = ("WIZ-12", "WIZ-14", "WIZ-01")
"""FIPS mode (WIZ-01) leaves nothing below TLS 1.2 either."""


def _on_https(tls_change: Callable[[Tls], Tls]) -> Change:
    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return replace(behaviour, https=tls_change(behaviour.https))

    return change


def _on_sip(tls_change: Callable[[Tls], Tls]) -> Change:
    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return replace(behaviour, sip=tls_change(behaviour.sip))

    return change


def _with_tls_1_1(tls: Tls) -> Tls:
    ciphers = f"{tls.ciphers}:{_FOR_TLS_1_1}"
    return replace(tls, versions=tls.versions | {"TLSv1_1"}, ciphers=ciphers)


def _with_aes128_sha(tls: Tls) -> Tls:
    return replace(tls, ciphers=f"{tls.ciphers}:AES128-SHA")


def _without_cbc(tls: Tls) -> Tls:
    names = tls.ciphers.split(":")
    kept = [name for name in names if "GCM" in name or "CHACHA20" in name]
    return replace(tls, ciphers=":".join(kept))


def _with_x25519(tls: Tls) -> Tls:
    return replace(tls, groups=":".join(dict.fromkeys(["X25519", *tls.groups.split(":")])))


def _with_chacha20(tls: Tls) -> Tls:
    suites = dict.fromkeys([*tls.ciphersuites.split(":"), "TLS_CHACHA20_POLY1305_SHA256"])
    return replace(tls, ciphersuites=":".join(suites))


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="fips-mode-off",
        turns=("WIZ-01",),
        text="the wizard was told to leave FIPS mode off",
        answers={"fips_mode": False},
    ),
    Defect(
        name="https-offers-x25519",
        turns=("WIZ-01",),
        text="the web port of a node accepts the group X25519 in FIPS mode",
        change=_on_https(_with_x25519),
    ),
    Defect(
        name="sip-offers-chacha20",
        turns=("WIZ-01",),
        text="SIP/TLS of a node accepts ChaCha20 in FIPS mode",
        change=_on_sip(_with_chacha20),
    ),
    Misconfiguration(
        name="old-tls",
        turns=(*_OLD, "WIZ-19"),
        text="the wizard was told to enable TLS below 1.2",
        answers={"enable_tls1": True},
    ),
    Defect(
        name="sip-accepts-tls-1-1",
        turns=_OLD,
        text="SIP/TLS of a node accepts TLS 1.1",
        change=_on_sip(_with_tls_1_1),
    ),
    Misconfiguration(
        name="old-tls-for-https",
        turns=_OLD_HTTPS,
        text="the wizard was told to permit TLS below 1.2 for inbound HTTPS",
        answers={"permit_https_old_tls": True},
    ),
    Defect(
        name="https-accepts-tls-1-1",
        turns=_OLD_HTTPS,
        text="the web port of a node accepts TLS 1.1",
        change=_on_https(_with_tls_1_1),
    ),
    Misconfiguration(
        name="aes128-sha",
        turns=("WIZ-18", "WIZ-19"),
        text="the wizard was told to enable the AES128-SHA cipher suite",
        answers={"enable_aes128_sha": True},
    ),
    Defect(
        name="https-accepts-aes128-sha",
        turns=("WIZ-18",),
        text="the web port of a node accepts AES128-SHA",
        change=_on_https(_with_aes128_sha),
    ),
    Defect(
        name="sip-accepts-aes128-sha",
        turns=("WIZ-18",),
        text="SIP/TLS of a node accepts AES128-SHA",
        change=_on_sip(_with_aes128_sha),
    ),
    Misconfiguration(
        name="no-cbc",
        turns=("WIZ-24",),
        text="the wizard was told to switch the CBC suites of TLS 1.2 off",
        answers={"enable_tls12_cbc": False},
    ),
    Defect(
        name="sip-without-cbc",
        turns=("WIZ-24",),
        text="SIP/TLS of a node refuses every CBC suite",
        change=_on_sip(_without_cbc),
    ),
)
