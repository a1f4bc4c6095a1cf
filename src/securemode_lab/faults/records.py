"""Records that tell of something wrong, or are worth nothing: the operator's, and the appliance's.

Nothing is wrong on the wire with any of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from securemode_lab.faults.fault import Fault, Misconfiguration, RecordDefect, RecordMistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member
    from securemode_lab.records.record import Attestation, Records

_A_DAY = timedelta(days=1)


def _told(**installation: str | bool) -> Callable[[Records], Records]:
    """The installation wizard was told something else."""

    def change(records: Records) -> Records:
        return replace(records, installation={**records.installation, **installation})

    return change


def _aborted(records: Records) -> Records:
    return replace(records, aborted=True)


def _attested(
    requirement: str, alter: Callable[[Attestation], Attestation | None]
) -> Callable[[Records], Records]:
    """The attestation of one requirement is another one, or there is none."""

    def change(records: Records) -> Records:
        entries = (
            alter(entry) if entry.requirement == requirement else entry
            for entry in records.attestations
        )
        return replace(records, attestations=tuple(entry for entry in entries if entry))

    return change


def _expired(entry: Attestation) -> Attestation:
    """Its last day was the one before it was written into the file."""
    last = entry.verified - _A_DAY
    return replace(entry, verified=last - (entry.valid_until - entry.verified), valid_until=last)


_WORTHLESS: tuple[tuple[str, str, Callable[[Attestation], Attestation | None]], ...] = (
    ("attestation-expired", "is no longer valid", _expired),
    (
        "attestation-by-one",
        "is confirmed by nobody else",
        lambda entry: replace(entry, confirmed_by=None),
    ),
    (
        "evidence-altered",
        "has an evidence file that is no longer the one attested",
        lambda entry: replace(entry, altered=True),
    ),
    ("attestation-missing", "is not in the file", lambda _entry: None),
)


def _of_attestations(
    prefix: str, requirement: str, subject: str, controls: tuple[str, ...] = ()
) -> Iterator[Fault]:
    for name, text, alter in _WORTHLESS:
        yield RecordMistake(
            name=f"{prefix}-{name}",
            turns=(),
            opens=(requirement,),
            controls=controls,
            text=f"the statement on {subject} {text}",
            change=_attested(requirement, alter),
        )


_OF_PEOPLE = tuple(
    f"ESXI-80-{number}" for number in ("000049", "000160", "000198", "000221", "000236", "000237")
)
"""Controls of which a person has to say something, on hosts without iSCSI and storage networks."""
_RECORDED: Mapping[str, tuple[str, Any]] = {
    "fips_mode": ("WIZ-01", False),
    "disable_admin_account": ("WIZ-02", False),
    "icmpv6_redirects": ("WIZ-03", True),
    "drop_not_reject": ("WIZ-04", False),
    "icmpv6_echo_requests": ("WIZ-05", True),
    "ipv6_dad_transmits": ("WIZ-06", True),
    "sip_udp_port": ("WIZ-07", 5064),
    "sip_tcp_port": ("WIZ-08", 5062),
    "sip_tls_port": ("WIZ-09", 5063),
    "web_global_session_limit": ("WIZ-10", None),
    "web_per_user_session_limit": ("WIZ-11", 11),
    "enable_tls1": ("WIZ-12", True),
    "enable_sip_tls_adh": ("WIZ-13", True),
    "permit_https_old_tls": ("WIZ-14", True),
    "cca_id": ("WIZ-15", "somebody-else"),
    "resource_priority_prefix": ("WIZ-16", ""),
    "enable_fir": ("WIZ-17", False),
    "enable_aes128_sha": ("WIZ-18", True),
    "enable_sip_aes128_sha": ("WIZ-19", True),
    "enable_sip_tls_cert_tolerate_ip_address": ("WIZ-20", True),
    "enable_referrer_policy": ("WIZ-21", False),
    "enable_hsts_preload": ("WIZ-22", True),
    "enable_srtp_hmac_sha1": ("WIZ-23", False),
    "enable_tls12_cbc": ("WIZ-24", False),
    "enable_h323_2048bit_dh": ("WIZ-25", True),
}
"""Key of `security.json` to the requirement on it, and an answer that is wrong for every site."""


def _configured_early(deployment: Deployment, members: Sequence[Member]) -> None:
    del members
    deployment.store.insert("conference", {"name": "Weekly meeting"})


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="configured-before-the-wizard",
        turns=("DEPLOY-07",),
        text="a login banner and a conference were there before the security wizard ran",
        early=True,
        settings={"global": {"logon_banner": "Welcome."}},
        edit=_configured_early,
    ),
    RecordMistake(
        name="installed-with-incident-reporting",
        turns=("DEPLOY-03",),
        text="the installation wizard was told to report incidents to the vendor",
        change=_told(error_reports=True, contact_email_address="operator@lab.example"),
    ),
    RecordMistake(
        name="installed-with-statistics",
        turns=("DEPLOY-04",),
        text="the installation wizard was told to send statistics to the vendor",
        change=_told(enable_analytics=True),
    ),
    RecordMistake(
        name="installation-aborted",
        turns=("DEPLOY-08",),
        clouds=("DEPLOY-03", "DEPLOY-04"),
        text="the log that was kept is of an installation that was left at its last question",
        change=_aborted,
    ),
    *_of_attestations("hosts", "HOST-01", "what no API shows of the hosts", _OF_PEOPLE),
    *_of_attestations("firmware", "BIOS-03", "the password of the firmware"),
    *_of_attestations("standby", "CONT-02", "the licences of the secondary deployment"),
    *_of_attestations("safe", "LAST-04", "the safe"),
    *_of_attestations("backups", "BACKUP-02", "the keeping of backups"),
    *_of_attestations("console", "WIZ-02", "the login at the console"),
    *(
        RecordDefect(
            name=f"recorded-{key}",
            turns=(requirement,),
            text=f"the Management Node keeps another answer than it was given for {key}",
            answers={key: wrong},
        )
        for key, (requirement, wrong) in _RECORDED.items()
    ),
)
