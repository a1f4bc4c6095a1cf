"""The questions of the installation wizard, as far as a record of them is of any use.

The wizard's own wording is not public; what it asks is (facts 4.1). Passwords are no questions
here: nobody shall read them out of a transcript.
"""

from __future__ import annotations

from securemode.records.matching import AnswerKind, Question


def _question(
    key: str,
    wording: str,
    telling: str,
    *,
    kind: AnswerKind = AnswerKind.TEXT,
    wanted: str = "",
    requirement: str = "DEPLOY-08",
    also: str = "",
) -> Question:
    return Question(
        requirement,
        wording,
        key,
        kind,
        lambda _site: wanted,
        tuple(telling.split()),
        also=tuple(also.split()),
    )


INCIDENT_REPORTING = _question(
    "error_reports",
    "Enable incident reporting",
    "incident",
    kind=AnswerKind.YES_NO,
    wanted="NO",
    requirement="DEPLOY-03",
    also="reports report send sending pexip automatic automatically",
)
USAGE_STATISTICS = _question(
    "enable_analytics",
    "Send deployment and usage statistics to Pexip",
    "statistics",
    kind=AnswerKind.YES_NO,
    wanted="NO",
    requirement="DEPLOY-04",
    also="enable anonymous anonymized automatically sending share",
)
QUESTIONS = (
    _question("hostname", "Hostname", "hostname", also="host name management node new"),
    _question("domain", "Domain suffix", "domain", also="name dns"),
    _question("ip", "IP address", "ip address", also="ipv4 management node new"),
    _question("mask", "Network mask", "mask", also="subnet netmask ip"),
    _question("gw", "Gateway address", "gateway", also="ip ipv4 default"),
    _question("dns", "DNS servers", "dns", also="server address addresses ip list"),
    _question("ntp", "NTP servers", "ntp", also="server address addresses ip list"),
    _question(
        "user",
        "Web administration username",
        "web username",
        also="user name administrator interface",
    ),
    INCIDENT_REPORTING,
    _question(
        "contact_email_address",
        "Contact email address",
        "contact",
        also="e mail incident reports reporting",
    ),
    USAGE_STATISTICS,
)
"""In the order in which the product's bootstrap file has them."""

WANTED = (INCIDENT_REPORTING, USAGE_STATISTICS)
"""Those whose answers the guide decides."""
