"""Calls over SIP that offer what they should not, lack what they should have, or reach anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.outbound import AES128_SHA, ANONYMOUS
from securemode_lab.faults.fault import Defect, Fault, Misconfiguration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode_lab.appliance.behaviour import Outbound, Tls
    from securemode_lab.appliance.derive import NodeBehaviour
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member

_FOR_OLD_VERSIONS = "ECDHE-RSA-AES256-SHA"


def _answered(name: str, text: str, turned: str, **answers: Any) -> Fault:
    """The wizard was told otherwise than the site wants it."""
    return Misconfiguration(name=name, turns=(turned,), text=text, answers=answers)


def _calls(name: str, text: str, turned: str, **fields: Any) -> Fault:
    """A node whose calls are otherwise than its settings say."""

    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return _with(behaviour, **fields)

    return Defect(name=name, turns=(turned,), text=text, change=change)


def _accepts(name: str, text: str, turned: str, sort: str) -> Fault:
    """A node that calls peers who are not the right ones."""

    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        tolerates = _own(behaviour).tolerates | {sort}
        return _with(behaviour, tolerates=tolerates)

    return Defect(name=name, turns=(turned,), text=text, change=change)


def _offers(
    name: str, text: str, turned: str, *ciphers: str, versions: Sequence[str] = ()
) -> Fault:
    """A node whose own ClientHello has more suites, or older versions, than it should."""

    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        tls: Tls = _own(behaviour).tls
        more = ":".join((tls.ciphers, *ciphers))
        return _with(
            behaviour, tls=replace(tls, ciphers=more, versions=tls.versions.union(versions))
        )

    return Defect(name=name, turns=(turned,), text=text, change=change)


def _own(behaviour: NodeBehaviour) -> Outbound:
    assert behaviour.outbound is not None, "a Management Node calls nobody"
    return behaviour.outbound


def _with(behaviour: NodeBehaviour, **fields: Any) -> NodeBehaviour:
    return replace(behaviour, outbound=replace(_own(behaviour), **fields))


def _services_choose(deployment: Deployment, members: Sequence[Member]) -> None:
    """Every service has an encryption mode of its own, and it is not the global one."""
    del members
    for row in deployment.store.rows("conference"):
        deployment.store.update("conference", row["id"], {"crypto_mode": "besteffort"})


FAULTS: tuple[Fault, ...] = (
    _answered(
        "anonymous-dh",
        "the wizard was told to offer anonymous suites in outbound SIP/TLS",
        "WIZ-13",
        enable_sip_tls_adh=True,
    ),
    _offers(
        "node-offers-anonymous-dh",
        "a node offers anonymous suites to the peers that it calls",
        "WIZ-13",
        *ANONYMOUS,
    ),
    _answered(
        "cca-id", "the wizard was given another CCA-ID than the site's", "WIZ-15", cca_id="another"
    ),
    _calls("node-calls-without-cca-id", "calls of a node carry no CCA-ID", "WIZ-15", cca_id=""),
    _answered(
        "resource-priority",
        "the wizard was given another Resource-Priority prefix than the site's",
        "WIZ-16",
        resource_priority_prefix="drsn",
    ),
    _calls(
        "node-calls-without-resource-priority",
        "calls of a node carry no Resource-Priority header",
        "WIZ-16",
        resource_priority="",
    ),
    _answered("no-fir", "the wizard was told to leave FIR off", "WIZ-17", enable_fir=False),
    _calls("node-calls-without-fir", "calls of a node do not offer FIR", "WIZ-17", fir=False),
    _answered(
        "outbound-aes128-sha",
        "the wizard was told to offer AES128-SHA in outbound SIP/TLS",
        "WIZ-19",
        enable_sip_aes128_sha=True,
    ),
    _offers(
        "node-offers-aes128-sha",
        "a node offers AES128-SHA to the peers that it calls",
        "WIZ-19",
        AES128_SHA,
    ),
    _offers(
        "node-offers-tls-1-1",
        "a node offers TLS 1.1 to the peers that it calls",
        "WIZ-19",
        _FOR_OLD_VERSIONS,
        versions=("TLSv1_1",),
    ),
    _answered(
        "address-tolerated",
        "the wizard was told to tolerate peers that are named by address only",
        "WIZ-20",
        enable_sip_tls_cert_tolerate_ip_address=True,
    ),
    _accepts(
        "node-calls-peer-named-by-address",
        "a node calls a peer whose certificate names it by address only",
        "WIZ-20",
        "address",
    ),
    _answered(
        "no-srtp-sha1",
        "the wizard was told to switch AES_CM_128_HMAC_SHA1 off",
        "WIZ-23",
        enable_srtp_hmac_sha1=False,
    ),
    _calls(
        "node-calls-without-srtp-sha1",
        "calls of a node do not offer AES_CM_128_HMAC_SHA1",
        "WIZ-23",
        srtp_sha1=False,
    ),
    Misconfiguration(
        name="service-media-encryption",
        turns=("GLOBAL-08",),
        text="a service overrides that media encryption is required",
        edit=_services_choose,
    ),
    _calls(
        "node-offers-plain-media",
        "calls of a node offer media without encryption although it is required",
        "GLOBAL-08",
        plain_media=True,
    ),
    _accepts(
        "node-calls-untrusted-peer",
        "a node calls a peer whose certificate nobody trusted has issued",
        "GLOBAL-12",
        "untrusted",
    ),
    _accepts(
        "node-calls-expired-peer",
        "a node calls a peer whose certificate has expired",
        "GLOBAL-12",
        "expired",
    ),
    _accepts(
        "node-calls-misnamed-peer",
        "a node calls a peer whose certificate names another host",
        "GLOBAL-12",
        "other-name",
    ),
)
