from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from report import sample
from securemode.report import html, served

LOOKED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ISSUER = "CN=Issuing CA"


def certificate(name: str, left: timedelta = timedelta(days=90), **more: Any) -> dict[str, Any]:
    said = {
        "fingerprint": name,
        "subject": f"CN={name}",
        "issuer": ISSUER,
        "not_after": (LOOKED_AT + left).isoformat(),
        "key_type": "RSA",
        "key_bits": 3072,
        "curve": None,
        "signature_algorithm": "ecdsa-with-SHA256",
        "self_signed": False,
    }
    return said | more


def record(*chains: tuple[dict[str, Any], ...], target: str = "conf1") -> dict[str, Any]:
    sent = [
        {"version": "TLS 1.2", "offered": f"kind {number}", "certificates": list(chain)}
        for number, chain in enumerate(chains)
    ]
    seen = {"service": "sip_tls", "port": 5061, "looked_at": LOOKED_AT.isoformat(), "chains": sent}
    return {"id": "EV-1", "probe": "served-certificates", "target": target, "observation": seen}


def answer(target: str = "conf1", **more: Any) -> dict[str, Any]:
    good = {"status": "good", "answer": "successful", "authentic": True, "current": True}
    seen = {"subject": "CN=conf1", "issuer": ISSUER, "trouble": ""} | good | more
    return {"id": "EV-2", "probe": "certificate-revocation", "target": target, "observation": seen}


@pytest.mark.parametrize(
    ("left", "days"),
    [
        (timedelta(days=90), 90),
        (timedelta(hours=23), 0),
        (timedelta(days=-1), -1),
        (-timedelta(1), -1),
    ],
)
def test_days_are_counted_from_the_look(left: timedelta, days: int) -> None:
    ((one,),) = (chain.certificates for chain in served.chains([record((certificate("a", left),))]))
    assert one.days_left == days


def test_a_chain_that_was_sent_twice_is_one_and_another_one_is_another() -> None:
    rsa = (certificate("conf1"), certificate("authority"))
    curve = (certificate("ec", key_type="EC", curve="secp384r1"),)
    first, second = served.chains([record(rsa, curve, rsa)])
    assert first.endpoint == "conf1, SIP/TLS on 5061"
    assert first.offered == ("TLS 1.2 kind 0", "TLS 1.2 kind 2")
    assert [one.subject for one in first.certificates] == ["CN=conf1", "CN=authority"]
    assert [one.key for one in second.certificates] == ["EC secp384r1"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({}, "good"),
        ({"status": "revoked"}, "revoked"),
        ({"authentic": False}, "good, not authentic"),
        ({"current": False, "authentic": False}, "good, not authentic, not current"),
        ({"status": "", "answer": "unauthorized"}, "unauthorized"),
        ({"trouble": "no answer within 2 s"}, "no answer within 2 s"),
    ],
)
def test_a_status_is_shown_with_what_speaks_against_it(said: dict[str, Any], shown: str) -> None:
    (chain,) = served.chains([answer(**said), record((certificate("conf1"), certificate("ca")))])
    assert [(one.ocsp, one.evidence) for one in chain.certificates] == [(shown, "EV-2"), ("", "")]


def test_an_answer_of_another_node_is_no_answer() -> None:
    (chain,) = served.chains([answer(target="conf2"), record((certificate("conf1"),))])
    assert chain.certificates[0].ocsp == ""


def open_ports(*ports: int) -> dict[str, Any]:
    seen = {
        "family": "ipv4",
        "described": "1403 TCP ports",
        "open": list(ports),
        "control_port": 443,
        "controls_asked": 12,
        "controls_answered": 11,
    }
    return {"id": "EV-3", "probe": "open-ports", "target": "conf1", "observation": seen}


def test_ports_that_answer_are_named_and_very_many_counted() -> None:
    (few,) = served.reached([open_ports(80, 443)])
    assert (few.network, few.answered) == ("TCP over IPv4", "80, 443")
    assert few.control == "443 answered 11 of 12 times"
    (none,) = served.reached([open_ports()])
    assert none.answered == "none"
    (many,) = served.reached([open_ports(*range(1, 31))])
    assert many.answered.endswith("19, 20, and 10 more")


def test_the_page_says_when_a_certificate_is_over() -> None:
    records = [record((certificate("conf1", timedelta(days=-3)),)), open_ports(443)]
    text = html.render(sample.result(), records)
    assert 'over <b>3</b> days ago<p class="more">2026-02-26</p>' in text
    assert "<td><b>443</b></td>" in text
