from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.ocsp import certificate_is_not_revoked, responder_answers
from securemode.plugin.steps import judgement, observation
from securemode.probes.ocsp import CertificateRevocation

if TYPE_CHECKING:
    from securemode.environment.site import Site
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Node


@observation("the OCSP responder is asked for the certificate of the node")
def responder_asked(deployment: Deployment, node: Node, site: Site) -> CertificateRevocation:
    return CertificateRevocation(
        target=node, deployment=deployment, responder=site.ocsp_responder_url or ""
    )


@judgement("it says that the certificate is good")
def certificate_is_good(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(certificate_is_not_revoked)


@judgement("the responder gives a usable answer")
def responder_gives_an_answer(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(responder_answers)
