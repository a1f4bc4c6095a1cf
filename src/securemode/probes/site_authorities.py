"""The certification authorities that the environment trusts."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.certificates import NotReadable, read_der, read_pem
from securemode.errors import UnexpectedAnswer
from securemode.observations.certificates import SiteAuthoritiesSeen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.observations.certificates import CertificateFacts
    from securemode.probes.probe import Access, Connection
    from securemode.targets import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAuthorities:
    """The authorities that the environment trusts, read from its files; nothing is contacted."""

    name: ClassVar[str] = "site-authorities"
    observes: ClassVar[type] = SiteAuthoritiesSeen
    intrusive: ClassVar[str | None] = None
    volatile: ClassVar[frozenset[str]] = frozenset(
        {
            "authorities.pem",
            "authorities.key_fingerprint",
            "authorities.not_before",
            "intermediates.pem",
            "intermediates.key_fingerprint",
            "intermediates.not_before",
        }
    )
    identity: ClassVar[frozenset[str]] = frozenset(
        {
            "authorities.fingerprint",
            "authorities.not_after",
            "intermediates.fingerprint",
            "intermediates.not_after",
        }
    )

    target: Deployment

    def connections(self) -> tuple[Connection, ...]:
        """None."""
        return ()

    def look(self, access: Access) -> SiteAuthoritiesSeen:
        """Read the files that the environment names, or this machine's own authorities.

        Raises:
            UnexpectedAnswer: a file cannot be read as certificates.
        """
        trust = access.environment.trust
        if trust.ca_file is None:
            machine = ssl.create_default_context().get_ca_certs(binary_form=True)
            return SiteAuthoritiesSeen(
                source="this machine", authorities=tuple(_readable_ones(machine))
            )
        return SiteAuthoritiesSeen(
            source="trust.ca_file",
            authorities=_of_file(trust.ca_file),
            intermediates=_of_file(trust.intermediate_file) if trust.intermediate_file else (),
        )


def _of_file(path: Path) -> tuple[CertificateFacts, ...]:
    try:
        return read_pem(path.read_text(encoding="ascii", errors="replace"))
    except (OSError, NotReadable) as error:
        raise UnexpectedAnswer(
            f"{path} cannot be read as certificates: {error}",
            remedy="put PEM certificates there, or state another file under trust:.",
        ) from error


def _readable_ones(certificates: list[bytes]) -> Iterator[CertificateFacts]:
    for der in certificates:
        try:
            yield read_der(der)
        except NotReadable:
            continue
