"""Certificates that are not what they should be: uploaded ones, shown ones, and authorities."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from securemode_lab.appliance.derive import Kind
from securemode_lab.faults.fault import Change, Defect, Edit, Fault, Misconfiguration, ServiceDefect
from securemode_lab.services import authority
from securemode_lab.services.behaviour import Revocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode_lab.appliance.derive import NodeBehaviour
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member
    from securemode_lab.services.behaviour import SiteBehaviour

_UNTRUSTED = ("CERT-01", "CERT-07")
"""Nobody can say whether a certificate is revoked that no authority of the site has issued."""

_WEAK_DH = ("CERT-06", "WIZ-01")
"""OpenSSL takes a Diffie-Hellman group as weak as the key; FIPS mode allows neither."""

_SORTS = (
    ("self-signed", _UNTRUSTED, "signed itself"),
    ("other-ca", _UNTRUSTED, "was issued by an authority that nobody trusts"),
    ("no-chain", ("CERT-01",), "comes without the intermediate that issued it"),
    ("other-name", ("CERT-02",), "names another host"),
    ("expired", ("CERT-03",), "expired yesterday"),
    ("expiring", ("CERT-03",), "expires in five days"),
    ("not-yet-valid", ("CERT-03",), "is not valid yet"),
    ("short-key", ("CERT-04", *_WEAK_DH), "has an RSA key of 1024 bits"),
    ("small-exponent", ("CERT-04",), "has an RSA key with the exponent 3"),
    ("weak-dh", _WEAK_DH, "has Diffie-Hellman parameters of 1024 bits with it"),
    ("revoked", ("CERT-07",), "was revoked"),
)
"""Sort (see `services.wrong`), what it turns, text."""


def _uploaded(sort: str) -> Edit:
    """Conferencing Nodes are given a certificate of that sort.

    The Management Node only where it is named alone: whoever does not trust it sees nothing else.
    """

    def edit(deployment: Deployment, members: Sequence[Member]) -> None:
        for member in [m for m in members if m.kind is Kind.CONFERENCING] or members:
            wrong = deployment.site.wrong.certificate(sort, member.node)
            key = deployment.store.insert(
                "tls_certificate",
                {
                    "certificate": wrong.chain,
                    "private_key": wrong.private_key,
                    "parameters": wrong.parameters,
                },
            )
            deployment.store.update(
                member.table, member.node.nameplate.key, {"tls_certificate": key}
            )

    return edit


def _showing(sort: str) -> Change:
    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return replace(behaviour, shows=sort)

    return change


def _without(*, intermediate: bool) -> Edit:
    """The site's root, or its intermediate, is not among the uploaded authorities."""

    def edit(deployment: Deployment, members: Sequence[Member]) -> None:
        del members
        issued = deployment.site.certificates
        missing = (issued.intermediate if intermediate else issued.root).own.pem.strip()
        for row in deployment.store.rows("ca_certificate"):
            if row["certificate"].strip() == missing:
                deployment.store.delete("ca_certificate", row["id"])

    return edit


def _with_expired(deployment: Deployment, members: Sequence[Member]) -> None:
    del members
    begins, ends = timedelta(days=-400), timedelta(days=-10)
    order = authority.Order(common_name="Old Root CA", authority=True, begins=begins, ends=ends)
    expired = authority.self_signed(order).pem
    deployment.store.insert("ca_certificate", {"certificate": expired})


def _revocation(answer: Revocation, text: str, *turns: str, clouds: tuple[str, ...] = ()) -> Fault:
    def change(behaviour: SiteBehaviour) -> SiteBehaviour:
        return replace(behaviour, revocation=answer)

    return ServiceDefect(
        name=f"ocsp-{answer}", turns=turns, clouds=clouds, text=text, change=change
    )


FAULTS: tuple[Fault, ...] = (
    *(
        Misconfiguration(
            name=f"certificates-{sort}",
            turns=turns,
            text=f"the certificate that was uploaded for each Conferencing Node {text}",
            edit=_uploaded(sort),
        )
        for sort, turns, text in _SORTS
    ),
    *(
        Defect(
            name=f"node-shows-{sort}-certificate",
            turns=turns,
            text=f"a node shows a certificate that {text}, instead of the one it was given",
            change=_showing(sort),
        )
        for sort, turns, text in _SORTS
    ),
    Misconfiguration(
        name="certificates-not-assigned",
        turns=("CERT-05", *_UNTRUSTED),
        clouds=("CERT-02", "CERT-03"),
        text="no certificate is assigned to Conferencing Nodes, so each shows its own",
        settings={"worker_vm": {"tls_certificate": None}},
    ),
    Misconfiguration(
        name="ca-root-missing",
        turns=("CA-01",),
        text="the site's root authority was not uploaded",
        edit=_without(intermediate=False),
    ),
    Misconfiguration(
        name="ca-intermediate-missing",
        turns=("CA-02",),
        text="the intermediate that issues the site's certificates was not uploaded",
        edit=_without(intermediate=True),
    ),
    Misconfiguration(
        name="ca-expired",
        turns=("CA-03",),
        text="an authority that has expired is among the uploaded ones",
        edit=_with_expired,
    ),
    _revocation(
        Revocation.REVOKED, "the responder says that the nodes' certificates are revoked", "CERT-07"
    ),
    _revocation(
        Revocation.UNKNOWN, "the responder does not know the nodes' certificates", "CERT-07"
    ),
    _revocation(
        Revocation.UNAVAILABLE,
        "the responder answers with HTTP errors",
        clouds=("CERT-07", "GLOBAL-11"),
    ),
)
