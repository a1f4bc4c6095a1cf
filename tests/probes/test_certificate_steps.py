"""What the When steps of certificates ask for, given the environment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from steps import certificates, certificates_declared, client_certificates

from peers.access import access_to, node_with_free
from securemode.environment.models import KeyPair, RefusedCertificates
from securemode.environment.site import Protocols, SipPorts, Site
from securemode.observations.client_certificates import Presented
from securemode.observations.tls import TlsService
from securemode.plugin.steps import OBSERVATION_STEPS
from securemode.probes.certificates import ServedCertificates
from securemode.probes.client_certificates import ClientCertificateAccess
from securemode.probes.probe import Withheld
from securemode.targets import Deployment, Role
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from securemode.probes.probe import Probe

NODE = node_with_free(443)
CONFERENCING = node_with_free(443, role=Role.CONFERENCING)
MODULES = {one.__name__ for one in (certificates, certificates_declared, client_certificates)}
PAIR = KeyPair(certificate=Path("a.pem"), key=Path("a.key"))
ASKED = "the Administrator interface and the API are asked with "


def wanted(text: str, site: Site | None = None, **credentials: Any) -> tuple[Probe | Withheld, ...]:
    access = access_to(NODE, more=credentials)
    fixtures = {
        "node": NODE,
        "site": site or Site(),
        "environment": access.environment,
        "deployment": Deployment(management=NODE, conferencing=(CONFERENCING,)),
    }
    for step in OBSERVATION_STEPS:
        if step.wants.__module__ in MODULES and (found := step.wanted(text, fixtures)):
            return found
    raise AssertionError(text)


def test_sip_is_looked_at_on_the_port_of_the_site() -> None:
    text, site = "the certificates that SIP over TLS serves are looked at", Site()
    assert wanted(text, site.model_copy(update={"sip_ports": SipPorts(tls=5071)})) == (
        ServedCertificates(target=NODE, service=TlsService.SIP_TLS, port=5071),
    )
    (withheld,) = wanted(text, Site(protocols=Protocols(sip=False)))
    assert isinstance(withheld, Withheld)
    assert withheld.verdict is Verdict.NOT_APPLICABLE


def test_every_served_chain_is_held_against_the_trusted() -> None:
    text = "the trusted certificates are held against every chain that is served"
    served = [one for one in wanted(text) if isinstance(one, ServedCertificates)]
    assert [(one.target.role, one.port) for one in served] == [
        (Role.MANAGEMENT, 443),
        (Role.CONFERENCING, 443),
        (Role.CONFERENCING, 5061),
    ]


def test_without_a_stated_root_nothing_is_compared() -> None:
    (withheld,) = wanted("the trusted certificates are held against the site's authorities")
    assert isinstance(withheld, Withheld)
    assert "trust.ca_file" in withheld.next_step


@pytest.mark.parametrize("presented", Presented)
def test_every_certificate_has_its_probe(presented: Presented) -> None:
    probe = wanted(
        f"{ASKED}{presented.value}",
        client_certificate=PAIR,
        last_resort=PAIR,
        refused_certificates=RefusedCertificates(unknown=PAIR, expired=PAIR),
    )
    assert probe == (ClientCertificateAccess(target=NODE, presented=presented),)


@pytest.mark.parametrize(
    ("presented", "given", "missing"),
    [
        (Presented.NONE, {}, "credentials.client_certificate"),
        (Presented.SELF_SIGNED, {}, "credentials.client_certificate"),
        (Presented.UNKNOWN, {"client_certificate": PAIR}, "refused_certificates.unknown"),
        (Presented.EXPIRED, {"client_certificate": PAIR}, "refused_certificates.expired"),
        (Presented.LAST_RESORT, {"client_certificate": PAIR}, "credentials.last_resort"),
    ],
)
def test_what_the_environment_does_not_give_is_not_reviewed(
    presented: Presented, given: dict[str, Any], missing: str
) -> None:
    (withheld,) = wanted(f"{ASKED}{presented.value}", **given)
    assert isinstance(withheld, Withheld)
    assert withheld.verdict is Verdict.NOT_REVIEWED
    assert missing in withheld.next_step
