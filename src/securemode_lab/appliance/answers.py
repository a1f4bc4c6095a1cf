"""The security wizard's answers, as the appliance keeps them in its `security.json`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answers:
    """A value for each key of `security.json`; the defaults are the product's own (facts, A.2)."""

    fips_mode: bool = False
    disable_admin_account: bool = False
    icmpv6_redirects: bool = False
    drop_not_reject: bool = True
    icmpv6_echo_requests: bool = True
    ipv6_dad_transmits: bool = True
    sip_udp_port: int = 5060
    sip_tcp_port: int = 5060
    sip_tls_port: int = 5061
    web_global_session_limit: int | None = None
    web_per_user_session_limit: int | None = None
    enable_tls1: bool = False
    enable_sip_tls_adh: bool = False
    permit_https_old_tls: bool = False
    cca_id: str = ""
    resource_priority_prefix: str = ""
    enable_fir: bool = False
    enable_aes128_sha: bool = False
    enable_sip_aes128_sha: bool = True
    enable_sip_tls_cert_tolerate_ip_address: bool = False
    enable_referrer_policy: bool = True
    enable_hsts_preload: bool = False
    enable_srtp_hmac_sha1: bool = True
    enable_tls12_cbc: bool = True
    enable_h323_2048bit_dh: bool = False
    enable_frame_deny: bool = True
    enable_web_allowed_hosts_validation: bool = False
    enable_worker_csp: bool = False
    require_encrypted_media: bool = False
