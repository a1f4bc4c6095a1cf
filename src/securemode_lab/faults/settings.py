"""Settings of the Administrator interface that are not the guide's: one entry a setting."""

from __future__ import annotations

from typing import Any

from securemode_lab.faults.fault import Fault, Misconfiguration


def _wrong(
    name: str, fields: dict[str, Any], text: str, *turns: str, clouds: tuple[str, ...] = ()
) -> Fault:
    settings = {"global": fields}
    return Misconfiguration(name=name, turns=turns, clouds=clouds, text=text, settings=settings)


def _wrong_location(name: str, fields: dict[str, Any], text: str, turned: str) -> Fault:
    settings = {"system_location": fields}
    return Misconfiguration(name=name, turns=(turned,), text=text, settings=settings)


FAULTS: tuple[Fault, ...] = (
    _wrong(
        "incident-reporting-on",
        {"error_reporting_enabled": True},
        "incident reports are sent to the vendor",
        "DEPLOY-03",
    ),
    _wrong(
        "statistics-on",
        {"enable_analytics": True},
        "usage statistics are sent to the vendor",
        "DEPLOY-04",
    ),
    _wrong(
        "sip-udp-off",
        {"enable_sip_udp": False},
        "SIP over UDP is off although the site needs it",
        "GLOBAL-01",
        "WIZ-07",
    ),
    _wrong(
        "h323-off",
        {"enable_h323": False},
        "H.323 is off although the site needs it, and no call can be placed with it",
        "GLOBAL-02",
        clouds=("WIZ-25",),
    ),
    _wrong("webrtc-on", {"enable_webrtc": True}, "WebRTC is on without need", "GLOBAL-03"),
    _wrong("rtmp-on", {"enable_rtmp": True}, "RTMP is on without need", "GLOBAL-04"),
    _wrong("client-api-on", {"enable_application_api": True}, "the client API is on", "GLOBAL-05"),
    _wrong("management-unmarked", {"management_qos": 0}, "management is not marked", "GLOBAL-06"),
    _wrong(
        "media-encryption-best-effort",
        {"crypto_mode": "besteffort"},
        "media encryption is not required",
        "GLOBAL-08",
    ),
    _wrong(
        "signalling-ports",
        {"signalling_ports_start": 34000},
        "the signalling port range is not the site's",
        "GLOBAL-09",
    ),
    _wrong(
        "media-ports",
        {"media_ports_end": 44999},
        "the media port range is not the site's",
        "GLOBAL-10",
    ),
    _wrong("ocsp-off", {"ocsp_state": "OFF"}, "OCSP is switched off", "GLOBAL-11"),
    _wrong(
        "sip-certificates-unverified",
        {"sip_tls_cert_verify_mode": "OFF"},
        "certificates of SIP/TLS peers are not verified",
        "GLOBAL-12",
        "WIZ-20",
    ),
    _wrong("http-access-on", {"legacy_api_http": True}, "HTTP access is on", "GLOBAL-13"),
    _wrong("no-banner", {"logon_banner": ""}, "there is no login banner", "GLOBAL-14"),
    _wrong(
        "no-session-timeout",
        {"session_timeout_enabled": False},
        "idle sessions live for ever",
        "GLOBAL-15",
    ),
    _wrong(
        "long-session-timeout",
        {"management_session_timeout": 30},
        "idle sessions live for thirty minutes",
        "GLOBAL-16",
    ),
    _wrong_location("media-unmarked", {"media_qos": 0}, "media is not marked", "LOC-01"),
    _wrong_location("signalling-unmarked", {"signalling_qos": 0}, "SIP is not marked", "LOC-02"),
    _wrong_location("mtu-1500", {"mtu": 1500}, "packets are as long as Ethernet permits", "LOC-03"),
)
