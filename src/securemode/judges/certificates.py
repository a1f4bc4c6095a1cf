"""CERT-01 to CERT-04 and CERT-06: what is said of certificates, wherever they were seen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from securemode.certificates import days_left, is_in_force, path_to
from securemode.observations.tls import TlsService
from securemode.verdicts import deviates, holds, statement, unclear

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from securemode.observations.certificates import (
        CertificateFacts,
        ServedCertificatesSeen,
        ServedChain,
        SiteAuthoritiesSeen,
    )
    from securemode.targets import Node
    from securemode.verdicts import Judgement

LEAST_RSA_BITS = 2048
LEAST_DH_BITS = 2048
LEAST_EXPONENT, EXPONENT_LIMIT = 65537, 1 << 256
APPROVED_CURVE = re.compile(r"secp(224|256|384|521)r1|sect(233|283|409|571)[kr]1")
SIGNED = "signed by an authority that the environment trusts, chain complete as served"
COMPLIANT_KEY = (
    f"RSA of at least {LEAST_RSA_BITS} bits with an odd exponent above 65536 and below 2^256, "
    "or ECDSA on an approved curve"
)
COMPLIANT_PARAMETERS = f"DH of at least {LEAST_DH_BITS} bits, an approved curve"
NEW_CURVES = "X25519 and X448"


def chain_is_trusted(seen: ServedCertificatesSeen, trusted: SiteAuthoritiesSeen) -> Judgement:
    """CERT-01: no chain is self-signed, and each leads to a trusted root with what is served."""
    wrong = [text for chain in seen.chains for text in _untrusted(chain, trusted, seen.looked_at)]
    if wrong:
        return deviates(
            f"serves a certificate on {seen.port} that does not lead to a trusted authority",
            expected=SIGNED,
            saw="; ".join(dict.fromkeys(wrong)),
        )
    return holds(
        f"serves a complete chain to a trusted authority on {seen.port}",
        expected=SIGNED,
        saw="; ".join(f"{chain.version}: {_subjects(chain.certificates)}" for chain in seen.chains),
    )


def _untrusted(chain: ServedChain, trusted: SiteAuthoritiesSeen, looked_at: str) -> Iterator[str]:
    leaf, *others = chain.certificates
    if leaf.self_signed:
        yield f"{leaf} is self-signed ({chain.version})"
    elif missing := path_to(leaf, others, trusted.anchors, at=looked_at).missing:
        served = _subjects(chain.certificates)
        yield f"{missing} ({chain.version} serves {served}; trusted by {trusted.source})"


def _subjects(certificates: Iterable[CertificateFacts]) -> str:
    return " < ".join(map(str, certificates))


def certificate_names_node(
    seen: ServedCertificatesSeen, *, node: Node, uses_dns: bool
) -> Judgement:
    """CERT-02: every certificate that the port serves names the node."""
    return names_judged(
        seen.leaves,
        names=(node.fqdn,) if node.fqdn else (),
        node=node,
        uses_dns=uses_dns,
        wildcards=seen.service is not TlsService.SIP_TLS,
        where=f" on {seen.port}",
    )


def names_judged(
    leaves: Sequence[CertificateFacts],
    *,
    names: tuple[str, ...],
    node: Node,
    uses_dns: bool,
    wildcards: bool,
    where: str = "",
) -> Judgement:
    """Whether certificates name the node by every name that it has, or by address without DNS."""
    expected = f"a name that is {' and '.join(names)}" if uses_dns else _common_name_of(node)
    saw = "; ".join(f"CN {_listed(one.common_names)}, SAN {_listed(_sans(one))}" for one in leaves)
    if uses_dns and not names:
        return unclear(
            f"has no FQDN that its certificate{where} could name",
            expected="a configured FQDN",
            saw="none in the environment",
            next_step="state fqdn for the node, or site.uses_dns: false.",
        )
    good = all(
        all(_names(one, name, wildcards=wildcards) for name in names)
        if uses_dns
        else any(name in node.addresses for name in one.common_names)
        for one in leaves
    )
    return statement(
        good=good,
        what=f"has a certificate{where} that names it",
        otherwise=f"has a certificate{where} that names something else",
        expected=expected,
        saw=saw,
    )


def _common_name_of(node: Node) -> str:
    return f"a CN that is {' or '.join(node.addresses)}"


def _sans(facts: CertificateFacts) -> tuple[str, ...]:
    return (*facts.dns_names, *facts.ip_addresses)


def _names(facts: CertificateFacts, fqdn: str, *, wildcards: bool) -> bool:
    """RFC 6125: the CN counts only where there is no DNS name; wildcards only outside SIP."""
    wanted = fqdn.rstrip(".").lower()
    for pattern in (name.rstrip(".").lower() for name in facts.dns_names or facts.common_names):
        star, _, domain = pattern.partition(".")
        if pattern == wanted or (
            wildcards and star == "*" and domain and wanted.partition(".")[2] == domain
        ):
            return True
    return False


def certificate_is_in_force(seen: ServedCertificatesSeen, *, margin_days: int) -> Judgement:
    """CERT-03: every certificate has begun, and is far from its end, when it was looked at."""
    return validity_judged(
        seen.leaves, at=seen.looked_at, margin_days=margin_days, where=f" on {seen.port}"
    )


def validity_judged(
    leaves: Sequence[CertificateFacts], *, at: str, margin_days: int, where: str = ""
) -> Judgement:
    """Whether certificates are valid at a moment, with a margin."""
    wrong = [text for one in leaves if (text := _out_of_force(one, at=at, margin_days=margin_days))]
    least = min(days_left(one, at) for one in leaves)
    return statement(
        good=not wrong,
        what=f"has a certificate{where} that is valid long enough",
        otherwise=f"has a certificate{where} that is not valid long enough",
        expected=f"begun, and at least {margin_days} days left",
        saw=", ".join(wrong) or f"{least:.0f} days left",
    )


def _out_of_force(facts: CertificateFacts, *, at: str, margin_days: int) -> str:
    left = days_left(facts, at)
    if left < 0:
        return f"{facts} expired at {facts.not_after}"
    if not is_in_force(facts, at):
        return f"{facts} begins at {facts.not_before}"
    return f"{facts} has {left:.1f} days left" if left < margin_days else ""


def key_is_compliant(seen: ServedCertificatesSeen) -> Judgement:
    """CERT-04: every certificate's key is one that SP 800-56B, or an approved curve, allows."""
    wrong = [text for leaf in seen.leaves if (text := _key_fault(leaf))]
    return statement(
        good=not wrong,
        what=f"has a key on {seen.port} that FIPS mode allows",
        otherwise=f"has a key on {seen.port} that FIPS mode does not allow",
        expected=COMPLIANT_KEY,
        saw=_listed(wrong or [_key(leaf) for leaf in seen.leaves]),
    )


def _key(facts: CertificateFacts) -> str:
    if facts.key_type == "RSA":
        return f"RSA {facts.key_bits} bits, exponent {facts.exponent}"
    return f"{facts.key_type} {facts.curve or facts.key_bits}"


def _key_fault(facts: CertificateFacts) -> str:
    if facts.key_type == "RSA":
        exponent = facts.exponent or 0
        in_range = LEAST_EXPONENT <= exponent < EXPONENT_LIMIT and exponent % 2 == 1
        return "" if facts.key_bits >= LEAST_RSA_BITS and in_range else _key(facts)
    is_approved = facts.key_type == "EC" and APPROVED_CURVE.fullmatch(facts.curve or "")
    return "" if is_approved else _key(facts)


def parameters_are_strong(seen: ServedCertificatesSeen) -> Judgement:
    """CERT-06: the prime of ephemeral keys is long enough, and their curve an approved one.

    X25519 and X448, which a library offers of its own accord, are a matter of FIPS mode (WIZ-01);
    here they only count where the port takes no other curve.
    """
    curves = [key for key in seen.ephemeral if key.dh_bits is None]
    has_approved = any(key.offered == "approved curves" for key in curves)
    wrong = [
        key
        for key in seen.ephemeral
        if (key.dh_bits is not None and key.dh_bits < LEAST_DH_BITS)
        or key.offered == "other curves"
        or (key.offered == NEW_CURVES and not has_approved)
    ]
    shown = ", ".join(map(str, wrong or seen.ephemeral))
    return statement(
        good=not wrong,
        what=f"uses strong Diffie-Hellman parameters on {seen.port}",
        otherwise=f"uses weak Diffie-Hellman parameters on {seen.port}",
        expected=COMPLIANT_PARAMETERS,
        saw=shown or "no ephemeral key exchange; the handshake itself was answered",
    )


def _listed(items: Iterable[object]) -> str:
    return ", ".join(map(str, items)) or "none"
