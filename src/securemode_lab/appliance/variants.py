"""What is unknown about the real product: each a name, the values it may have and a default.

The suite must come to the same verdicts under every one of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from securemode_lab.appliance.wizard_dialogue import BRACKETS
from securemode_lab.appliance.wizard_wording import WORDINGS
from securemode_lab.vcenter.consoles.text_screen import MODES

Variants = Mapping[str, str]
"""Name to value in force."""

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "reject_with": ("reset", "icmp"),
    "port_80": ("redirect", "closed"),
    "enable_tls1_covers": ("sip", "every port"),
    "session_limit": ("refuse", "evict"),
    "role_refusal": ("403", "401"),
    "secret_style": ("token", "blank", "omit"),
    "client_certificate": ("400", "403", "alert"),
    "role_reading": ("permission", "every administrator"),
    "snapshot_archive": ("plain", "encrypted"),
    "snapshot_paths": ("bare", "dotted"),
    "wizard_brackets": tuple(BRACKETS),
    "wizard_wording": tuple(WORDINGS),
    "wizard_order": ("guide", "shuffled"),
    "wizard_unknown_question": ("no", "yes"),
    "wizard_confirm": ("no", "yes"),
    "installation_log": ("script", "raw", "copied"),
    "ntp_wrong_key": ("crypto-nak", "silence"),
    "cca_id_form": ("uri", "header", "quoted"),
    "resource_priority_form": ("domain", "bare", "named"),
    "srtp_other_suites": ("gcm", "gcm-256", "aes-256-cm"),
    "sdp_dtls": ("no", "yes"),
    "rtcp_feedback": ("any type", "each type"),
    "sip_peer_misnamed": ("close", "alert"),
    "console_text": tuple(MODES),
    "replication_delay_s": ("0", "0.5"),
    "restart_s": ("0.2", "1"),
}
"""Name to the values it may have, the default first; a name in `_s` takes any other time too."""

_MEANING = {
    "reject_with": "what a closed TCP port answers where ports reject: RST or ICMP",
    "port_80": "TCP 80 redirects to HTTPS, or nothing listens there",
    "enable_tls1_covers": "whether `Enable TLS < 1.2` is for SIP/TLS alone or for HTTPS as well",
    "session_limit": "at the limit a login is refused, or the oldest session ends",
    "role_refusal": "status of an API request or a page that a role forbids",
    "secret_style": "how the API shows a secret that is set",
    "client_certificate": "what meets a client without the certificate that is demanded",
    "role_reading": "whether reading the configuration and the status by API takes a permission",
    "snapshot_archive": "whether a diagnostic snapshot is encrypted",
    "snapshot_paths": "paths in a diagnostic snapshot: `etc/...` or `./etc/...`",
    "wizard_brackets": "brackets around the default of a wizard's question",
    "wizard_wording": "the words of the wizards",
    "wizard_order": "the order of the security wizard's questions",
    "wizard_unknown_question": "whether the wizard asks a question that nobody knows",
    "wizard_confirm": "whether the security wizard asks for confirmation",
    "installation_log": "how the operator saved what the terminal showed of the installation",
    "ntp_wrong_key": "what an NTP server answers a request with a wrong key",
    "cca_id_form": "where the Contact header of a call carries the CCA-ID, and how",
    "resource_priority_form": "what follows the prefix in the Resource-Priority header of a call",
    "srtp_other_suites": "SRTP suites that a call offers beside AES_CM_128_HMAC_SHA1_*",
    "sdp_dtls": "whether a call offers DTLS-SRTP beside keys in its SDP",
    "rtcp_feedback": "whether `ccm fir` is offered for `*` or for each payload type",
    "sip_peer_misnamed": "how a node leaves a SIP/TLS peer whose certificate has a wrong name",
    "console_text": "letters on a virtual machine's screen, and its size once the system runs",
    "replication_delay_s": "how long configuration needs to reach the Conferencing Nodes",
    "restart_s": "how long a restarting node answers nothing",
}


class UnknownVariant(Exception):
    """There is no variant of that name, or it does not take that value."""


def defaults() -> dict[str, str]:
    """The lab's default of every variant."""
    return {name: values[0] for name, values in VARIANTS.items()}


def accepted(name: str, value: str) -> str:
    """The value, if there is such a variant and it may have it.

    Raises:
        UnknownVariant: otherwise; says what there is.
    """
    if name not in VARIANTS:
        raise UnknownVariant(f"no variant is called {name!r}: there are {', '.join(VARIANTS)}")
    is_time = name.endswith("_s") and value.replace(".", "", 1).isdecimal()
    if not is_time and value not in VARIANTS[name]:
        raise UnknownVariant(f"{name} takes {' or '.join(VARIANTS[name])}, not {value!r}")
    return value


def described(variants: Variants) -> list[dict[str, object]]:
    """Every variant with the value in force, the values it may have and what it is about."""
    return [
        {"name": name, "value": variants[name], "values": list(values), "text": _MEANING[name]}
        for name, values in VARIANTS.items()
    ]
