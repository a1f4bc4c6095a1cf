"""Whom nodes call and whom they do not: by certificate, responder, suite and version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.calls.hellos import read

if TYPE_CHECKING:
    from lab.calls.placing import Caller

CERTIFICATES = ("proper", "address_only", "expired", "other_name")


def _accepted(caller: Caller) -> dict[str, str]:
    """What the peer saw of an INVITE, by the certificate that it had."""
    found = {}
    for certificate in CERTIFICATES:
        call, seen = caller.called(caller.peer(certificate=certificate))
        assert (call["state"] == "ended") == bool(seen["messages"]), (call, seen)
        found[certificate] = "called" if seen["messages"] else seen["error"] or "left"
    return found


def test_only_the_proper_peer_is_called_where_peers_are_verified(verifying: Caller) -> None:
    found = _accepted(verifying)
    assert found["proper"] == "called"
    assert "certificate expired" in found["expired"]
    assert found["address_only"] == found["other_name"] == "left"


def test_a_wrong_name_may_be_told_in_an_alert(verifying: Caller) -> None:
    verifying.lab.done("variant", name="sip_peer_misnamed", value="alert")
    found = _accepted(verifying)
    assert found["proper"] == "called"
    assert "bad certificate" in found["address_only"]
    assert "bad certificate" in found["other_name"]


def test_everybody_is_called_where_nobody_is_verified(factory: Caller) -> None:
    assert set(_accepted(factory).values()) == {"called"}


def test_without_an_uploaded_authority_nobody_is_trusted(factory: Caller) -> None:
    factory.set(sip_tls_cert_verify_mode="ON")
    factory.lab.done("state")
    call, seen = factory.called(factory.peer())
    assert call["state"] == "failed"
    assert "unknown ca" in seen["error"]


@pytest.mark.parametrize(
    ("fault", "certificate"),
    [
        ("address-tolerated", "address_only"),
        ("node-calls-peer-named-by-address", "address_only"),
        ("node-calls-expired-peer", "expired"),
        ("node-calls-misnamed-peer", "other_name"),
    ],
)
def test_a_fault_lets_exactly_one_more_peer_through(
    verifying: Caller, fault: str, certificate: str
) -> None:
    verifying.lab.fault(fault)
    called = {name for name, found in _accepted(verifying).items() if found == "called"}
    assert called == {"proper", certificate}


def test_an_untrusted_peer_is_called_by_a_node_with_that_defect(verifying: Caller) -> None:
    rows = verifying.ask("GET", "/api/admin/configuration/v1/ca_certificate/")[1]["objects"]
    for row in rows:
        assert verifying.ask("DELETE", row["resource_uri"])[0] == 204
    verifying.lab.fault("node-calls-untrusted-peer")
    assert verifying.called(verifying.peer())[0]["state"] == "ended"
    assert verifying.called(verifying.peer(certificate="expired"))[0]["state"] == "failed"
    assert verifying.called(verifying.peer(certificate="other_name"))[0]["state"] == "failed"


def test_a_certificate_for_clients_is_no_peer_s(verifying: Caller) -> None:
    call, seen = verifying.called(verifying.peer(certificate="administrator"))
    assert call["state"] == "failed"
    assert "unsupported certificate" in seen["error"]


def test_the_responder_is_asked_about_a_peer_where_ocsp_is_on(verifying: Caller) -> None:
    url = verifying.lab.document["services"]["ocsp"]["url"]
    verifying.set(ocsp_state="OVERRIDE", ocsp_responder_url=url)
    verifying.upload("intermediate_file")
    before = len(verifying.lab.done("services")["asked"]["ocsp"])
    assert verifying.called(verifying.peer())[0]["state"] == "ended"
    assert len(verifying.lab.done("services")["asked"]["ocsp"]) == before + 1
    verifying.lab.fault("node-calls-misnamed-peer")
    assert verifying.called(verifying.peer(certificate="conf2"))[0]["state"] == "ended"
    verifying.lab.fault("ocsp-revoked")
    call, seen = verifying.called(verifying.peer(certificate="conf2"))
    assert (call["state"], seen["messages"]) == ("failed", [])
    assert "responder" in call["reason"]


@pytest.mark.parametrize(
    ("fault", "offered"),
    [("anonymous-dh", {0xA7, 0xA6}), ("node-offers-anonymous-dh", {0xA7, 0xA6})],
)
def test_anonymous_suites_reach_the_wire(verifying: Caller, fault: str, offered: set[int]) -> None:
    verifying.lab.fault(fault)
    _, seen = verifying.called(verifying.peer())
    assert offered <= set(read(bytes.fromhex(seen["hello"])).suites)


@pytest.mark.parametrize("fault", ["node-offers-tls-1-1", "old-tls"])
def test_old_versions_reach_the_wire(verifying: Caller, fault: str) -> None:
    assert verifying.called(verifying.peer("tls-1.1"))[0]["state"] == "failed"
    verifying.lab.fault(fault)
    call, seen = verifying.called(verifying.peer("tls-1.1"))
    assert (call["state"], seen["tls"]) == ("ended", "TLSv1.1")
