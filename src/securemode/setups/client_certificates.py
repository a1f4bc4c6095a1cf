"""Client-certificate mode: switched on last, tried at once, and switched off again if it fails."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.certificates import is_in_force, path_to
from securemode.errors import CannotLook, SetupFailed
from securemode.evidence import now
from securemode.infinity.access import management_api
from securemode.infinity.client import ManagementWriter, key_of
from securemode.setups.certificates import facts_of_file, uploaded_in
from securemode.setups.edits import Plan
from securemode.setups.setup import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from securemode.environment.models import Environment, KeyPair
    from securemode.infinity.client import ManagementApi, Rows
    from securemode.observations.certificates import CertificateFacts

RESOURCE, FIELD, SETTING = "authentication", "client_certificate", "Require client certificate"
OFF = "NO"
TRIES, PAUSE_S = 10, 1.0


def client_certificates(environment: Environment, api: ManagementApi) -> Plan:
    """The mode closes the door to passwords: it comes after everything else.

    Source: guide, "Enable certificate-based authentication".
    """
    why = why_left_alone(environment)
    closing = planned_client_certificates(api.list(RESOURCE), environment)
    return Plan(closing=closing, notes=(why,) if why else ())


def by_certificate(environment: Environment, identity: KeyPair) -> ManagementWriter:
    """A client of the Management Node that shows a certificate and says no password."""
    return management_api(ManagementWriter, environment, identity=identity)


@dataclass(frozen=True, slots=True)
class ClientCertificateMode:
    """The mode, to be switched on.

    Attributes:
        key: of the authentication settings.
        now: the mode that is on.
        wanted: the mode that the site wants: "CN" or "UPN".
        environment: whose certificates have to get in afterwards.
        opens: from environment and certificate to a client that logs in by it.
        pause: waits between tries; takes seconds.
    """

    key: str
    now: str
    wanted: str
    environment: Environment
    opens: Callable[[Environment, KeyPair], ManagementWriter] = by_certificate
    pause: Callable[[float], object] = time.sleep

    @property
    def what(self) -> str:
        """What is written, for the transcript."""
        return f"administrator authentication ({FIELD})"

    def changes(self) -> list[Change]:
        """One setting."""
        where = "administrator authentication"
        return [Change(where, SETTING, self.now or OFF, self.wanted, "CBA-01")]

    def write(self, api: ManagementWriter) -> None:
        """Make sure of the way back, switch on, and log in with both certificates.

        Raises:
            SetupFailed: a certificate could not get in; the message says which mode is on now.
        """
        self._require_way_back(api)
        api.patch(RESOURCE, self.key, {FIELD: self.wanted})
        rejected = {
            name: problem
            for name, identity in self._identities().items()
            if (problem := self._tried(identity))
        }
        if rejected:
            said = "; ".join(f"{name}: {problem}" for name, problem in rejected.items())
            raise SetupFailed(
                f"client-certificate mode does not let in who should get in: {said} "
                f"{self._switched_off(rejected)}",
                remedy="compare the identities with the directory, then run the set-up again.",
            )

    def _identities(self) -> dict[str, KeyPair]:
        credentials = self.environment.credentials
        stated = {
            "credentials.client_certificate": credentials.client_certificate,
            "credentials.last_resort": credentials.last_resort,
        }
        return {name: identity for name, identity in stated.items() if identity is not None}

    def _tried(self, identity: KeyPair) -> str:
        """Why the certificate does not open the API; empty where it does.

        The node may have to restart its web server first: it is asked for a while.
        """
        problem = ""
        for attempt in range(TRIES):
            try:
                self.opens(self.environment, identity).list(RESOURCE)
            except CannotLook as error:
                problem = error.message
            else:
                return ""
            if attempt + 1 < TRIES:
                self.pause(PAUSE_S)
        return problem

    def _switched_off(self, rejected: dict[str, str]) -> str:
        """Go back through whichever certificate works; say what the mode is now."""
        for name, identity in self._identities().items():
            if name in rejected:
                continue
            try:
                self.opens(self.environment, identity).patch(RESOURCE, self.key, {FIELD: OFF})
            except CannotLook:
                continue
            return "The mode is off again."
        return (
            "The mode is on, and neither certificate gets in: restore a backup or a snapshot of "
            "the Management Node."
        )

    def _require_way_back(self, api: ManagementWriter) -> None:
        """See that both certificates should get in, before any door is closed.

        Raises:
            SetupFailed: one of them cannot; nothing has been changed.
        """
        try:
            source = str(api.list(RESOURCE)[0].get("source"))
            uploaded = uploaded_in(api.list("ca_certificate"))
        except (CannotLook, IndexError) as error:
            raise SetupFailed(f"the authentication settings cannot be read: {error}.") from error
        if problems := list(self._obstacles(source, uploaded)):
            raise SetupFailed(
                f"client-certificate mode was not switched on: {'; '.join(problems)}.",
                remedy="put that right first: afterwards nobody could get in to do it.",
            )

    def _obstacles(self, source: str, uploaded: tuple[CertificateFacts, ...]) -> Iterator[str]:
        parts = set(source.split("+"))
        if not {"LDAP", "LOCAL"} <= parts:
            yield f"the authentication source is {source}, not LDAP and local database"
        anchors = tuple(one for one in uploaded if one.self_signed)
        account = self.environment.credentials.web.username
        for name, identity in self._identities().items():
            leaf, *chain = facts_of_file(identity.certificate)
            users = leaf.common_names if self.wanted == "CN" else leaf.user_principal_names
            at = now()
            if not users:
                yield f"{name} names nobody by {self.wanted}"
            elif name == "credentials.last_resort" and account not in users:
                yield f"{name} names {', '.join(users)}, not the local administrator {account}"
            if not is_in_force(leaf, at):
                yield f"{name} is not in force"
            if missing := path_to(leaf, (*chain, *uploaded), anchors, at=at).missing:
                yield f"{name} leads to no trusted authority: {missing}"


def planned_client_certificates(
    authentication: Rows, environment: Environment
) -> tuple[ClientCertificateMode, ...]:
    """The mode, where it is not on as the site wants it and both certificates are stated.

    Args:
        authentication: rows of `authentication`.
        environment: its certificates, and where they name their user.
    """
    wanted = environment.site.client_certificate_identity
    if why_left_alone(environment):
        return ()
    return tuple(
        ClientCertificateMode(key_of(row), str(row.get(FIELD) or ""), wanted, environment)
        for row in authentication
        if row.get(FIELD) != wanted
    )


def why_left_alone(environment: Environment) -> str:
    """What the environment would have to state for the mode to be switched on; else empty."""
    credentials = environment.credentials
    missing = [
        name
        for name, stated in (
            ("credentials.client_certificate", credentials.client_certificate),
            ("credentials.last_resort", credentials.last_resort),
        )
        if stated is None
    ]
    if not missing:
        return ""
    return f"{' and '.join(missing)} not stated: client-certificate mode is left as it is."
