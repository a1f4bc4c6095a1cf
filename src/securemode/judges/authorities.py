"""CA-01 to CA-03, LAST-01 and LAST-02: the authorities that were uploaded to the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.certificates import NotReadable, days_left, is_in_force, path_to, read_pem
from securemode.verdicts import Judgement, deviates, holds, statement, unclear

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.observations.certificates import (
        CertificateFacts,
        ServedCertificatesSeen,
        SiteAuthoritiesSeen,
    )
    from securemode.observations.configuration import ConfigurationRows

LAST_RESORT_BITS = 4096
Uploaded = tuple["CertificateFacts", ...]


def _uploaded(seen: ConfigurationRows) -> Uploaded | Judgement:
    """Every uploaded certificate; one that cannot be read could be any of them."""
    try:
        return tuple(
            facts for row in seen.rows for facts in read_pem(str(row.get("certificate") or ""))
        )
    except NotReadable as error:
        return unclear(
            "shows a trusted certificate that cannot be read",
            expected="PEM certificates",
            saw=f"{error}, among {len(seen.rows)}",
            next_step="look at Certificates > Root Trust CA certificates.",
        )


def _is_among(one: CertificateFacts, others: Iterable[CertificateFacts]) -> bool:
    """By name and key: authorities are renewed and cross-signed under the same name."""
    return any(
        (other.subject, other.key_fingerprint) == (one.subject, one.key_fingerprint)
        for other in others
    )


def root_is_uploaded(seen: ConfigurationRows, trusted: SiteAuthoritiesSeen) -> Judgement:
    """CA-01: every root of the environment's CA file is among the uploaded authorities."""
    uploaded = _uploaded(seen)
    if isinstance(uploaded, Judgement):
        return uploaded
    missing = [one for one in trusted.anchors if not _is_among(one, uploaded)]
    return statement(
        good=not missing,
        what="has the site's root authority among its trusted ones",
        otherwise="lacks a root authority of the site",
        expected=_listed(trusted.anchors),
        saw=f"without {_listed(missing)}: {_listed(uploaded)}" if missing else _listed(uploaded),
    )


def intermediates_are_uploaded(
    seen: ConfigurationRows, trusted: SiteAuthoritiesSeen, *served: ServedCertificatesSeen
) -> Judgement:
    """CA-02: every intermediate between a served certificate and its root is uploaded.

    An intermediate that no port serves is missed as well: its name is in what it signed.
    """
    uploaded = _uploaded(seen)
    if isinstance(uploaded, Judgement):
        return uploaded
    expected = "every intermediate of the served chains"
    chains = [chain.certificates for one in served for chain in one.chains]
    signed = [chain for chain in chains if not chain[0].self_signed]
    if not signed:
        return unclear(
            "serves no certificate that an authority signed",
            expected=expected,
            saw=f"{len(chains)} chains, each self-signed",
            next_step="replace the delivered certificates first (CERT-01).",
        )
    needed: list[str] = []
    for leaf, *others in signed:
        known = (*others, *uploaded, *trusted.intermediates, *trusted.authorities)
        path = path_to(leaf, known, trusted.anchors, at=served[0].looked_at)
        between = (one for one in path.certificates[1:] if not one.self_signed)
        needed += [str(one) for one in between if not _is_among(one, uploaded)]
        needed += [path.missing] if path.missing.endswith("is missing") else []
    return statement(
        good=not needed,
        what="has every intermediate of the served chains uploaded",
        otherwise="lacks intermediates of the served chains",
        expected=expected,
        saw=", ".join(dict.fromkeys(needed)) or f"{len(signed)} chains, no intermediate missing",
    )


def no_authority_is_expired(seen: ConfigurationRows) -> Judgement:
    """CA-03: every uploaded authority is in force at the moment of reading."""
    uploaded = _uploaded(seen)
    if isinstance(uploaded, Judgement):
        return uploaded
    expired = [one for one in uploaded if not is_in_force(one, seen.read_at)]
    return statement(
        good=not expired,
        what="trusts no expired authority",
        otherwise="trusts authorities that are not in force",
        expected="none expired",
        saw=", ".join(f"{one} ({one.not_after})" for one in expired)
        or f"{len(uploaded)} authorities, all in force",
    )


def last_resort_is_trusted(seen: ConfigurationRows, *, account: str) -> Judgement:
    """LAST-01: the local administrator's own certificate is trusted, as the guide has it."""
    uploaded = _uploaded(seen)
    if isinstance(uploaded, Judgement):
        return uploaded
    expected = f"self-signed, CN and userPrincipalName {account}, RSA {LAST_RESORT_BITS}"
    named = _named(uploaded, account)
    faults = {str(one): _faults(one, account) for one in named}
    if not named:
        return deviates(
            "trusts no certificate of the local administrator",
            expected=expected,
            saw=_listed(uploaded),
        )
    if all(faults.values()):
        return deviates(
            "trusts a certificate of the local administrator that is not as the guide has it",
            expected=expected,
            saw="; ".join(f"{name}: {', '.join(wrong)}" for name, wrong in faults.items()),
        )
    return holds(
        "trusts the local administrator's certificate", expected=expected, saw=_listed(named)
    )


def _named(uploaded: Uploaded, account: str) -> list[CertificateFacts]:
    return [
        one
        for one in uploaded
        if one.self_signed and account in (*one.common_names, *one.user_principal_names)
    ]


def _faults(one: CertificateFacts, account: str) -> list[str]:
    faults = []
    if account not in one.common_names:
        faults.append(f"CN {', '.join(one.common_names) or 'missing'}")
    if account not in one.user_principal_names:
        faults.append(f"userPrincipalName {', '.join(one.user_principal_names) or 'missing'}")
    if (one.key_type, one.key_bits) != ("RSA", LAST_RESORT_BITS):
        faults.append(f"{one.key_type} {one.key_bits} bits")
    return faults


def last_resort_lasts(seen: ConfigurationRows, *, account: str, margin_days: int) -> Judgement:
    """LAST-02: the local administrator's certificate has more days left than the site's margin."""
    uploaded = _uploaded(seen)
    if isinstance(uploaded, Judgement):
        return uploaded
    named = _named(uploaded, account)
    expected = f"more than {margin_days} days left"
    if not named:
        return unclear(
            "trusts no certificate of the local administrator that could expire",
            expected=expected,
            saw=_listed(uploaded),
            next_step="create it and import it, as the guide says (LAST-01).",
        )
    left = max(days_left(one, seen.read_at) for one in named)
    return statement(
        good=left > margin_days,
        what="trusts a last-resort certificate that lasts",
        otherwise="trusts a last-resort certificate that is about to expire",
        expected=expected,
        saw=f"{left:.0f} days left" if left >= 0 else f"expired {-left:.0f} days ago",
    )


def _listed(certificates: Iterable[CertificateFacts]) -> str:
    return ", ".join(map(str, certificates)) or "no certificate"
