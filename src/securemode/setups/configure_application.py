"""Brings the product's own configuration to what guide and site want, and writes nothing else.

Passwords and keys cannot be read back. They are written where the product shows none, and whenever
a setting that belongs to them is written: the SNMP user of the node, the id of the NTP key, the
account in the directory. Those of SNMP are tried first: where the node's agent answers them, they
are left alone, and where it refuses them, written. A product that always shows a blank for a
directory password or an NTP key has the same ones written again by every run.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import CannotLook, SetupFailed
from securemode.evidence import now
from securemode.infinity.access import management_api
from securemode.infinity.client import ManagementWriter
from securemode.setups.application_settings import application_settings
from securemode.setups.calling_service import calling_service
from securemode.setups.certificates import certificates
from securemode.setups.client_certificates import client_certificates
from securemode.setups.differences import Patch
from securemode.setups.directory import directory
from securemode.setups.last_resort import last_resort
from securemode.setups.network_services import network_services
from securemode.setups.roles import roles
from securemode.setups.setup import Change, Setup

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.setups.edits import Edit, Part
    from securemode.setups.setup import Progress

PARTS: tuple[Part, ...] = (
    roles,
    certificates,
    last_resort,
    application_settings,
    network_services,
    directory,
    calling_service,
    client_certificates,
)
"""In the order in which they are written: a role has to be there before a group can give it, and
the site's CA before the product can reach its directory."""

PROPAGATION_S = 75.0
"""The vendor says about once a minute."""

LAB_PROPAGATION_S = 0.6


class ConfigureApplication(Setup):
    """Writes roles, servers, settings and the directory where they differ.

    Args:
        environment: site values and credentials.
        api: of the Management Node; made from the environment where it is left out.
        propagation_s: how long what was written needs to reach the Conferencing Nodes; no status
            tells, so that there is nothing to do but to wait.

    Source: guide, "Pexip Infinity application configuration" and "Securing network services".
    """

    name: ClassVar[str] = "configure_application"

    def __init__(
        self,
        environment: Environment,
        api: ManagementWriter | None = None,
        *,
        propagation_s: float | None = None,
    ) -> None:
        super().__init__()
        self._environment = environment
        self._api = api or management_api(ManagementWriter, environment)
        usual_s = LAB_PROPAGATION_S if environment.lab else PROPAGATION_S
        self._propagation_s = usual_s if propagation_s is None else propagation_s
        self._done: list[str] = []

    @property
    def transcript(self) -> str:
        """One line a change, in the order in which they were made."""
        return "\n".join(self._done)

    def secrets(self) -> tuple[str, ...]:
        """Every secret of the environment: any could be part of a request."""
        return self._environment.secret_values()

    def plan(self) -> list[Change]:
        """Read the configuration and name every difference."""
        return [change for edit in self._edits() for change in edit.changes()]

    def apply(self, progress: Progress) -> None:
        """Write one thing after the other; what closes a door comes last."""
        for edit in self._edits():
            self._write(progress, edit)
        progress(f"{self.name}: {self._propagation_s:g} s until every node has it")
        time.sleep(self._propagation_s)

    def _write(self, progress: Progress, edit: Edit) -> None:
        try:
            edit.write(self._api)
        except CannotLook as error:
            done = f"{len(self._done)} changes made: {'; '.join(self._done) or 'none'}"
            raise SetupFailed(
                f"{edit.what} was not written: {error.message} {done}.",
                remedy=error.remedy or "put the cause right and run the set-up again.",
            ) from error
        self._done.append(f"{now()} wrote {edit.what}")
        progress(f"{self.name}: {edit.what}")

    def verify(self) -> None:
        """Read everything back; what cannot be read is not counted."""
        if wrong := [line for edit in self._edits() for line in _left(edit)]:
            raise SetupFailed(
                f"The product does not have what was written: {'; '.join(wrong)}.",
                remedy="look at these settings in the Administrator interface.",
            )

    def _edits(self) -> tuple[Edit, ...]:
        """Read the configuration; tell what has to be written, in this order.

        Raises:
            SetupFailed: the configuration cannot be read.
        """
        try:
            plans = [part(self._environment, self._api) for part in PARTS]
        except CannotLook as error:
            raise SetupFailed(
                f"The configuration cannot be read: {error.message}", remedy=error.remedy
            ) from error
        self.notes[:] = [note for plan in plans for note in plan.notes]
        edits = [edit for plan in plans for edit in plan.edits]
        return (*edits, *(edit for plan in plans for edit in plan.closing))


def _left(edit: Edit) -> list[str]:
    """What is still to be done, as far as reading tells."""
    return edit.left() if isinstance(edit, Patch) else [str(change) for change in edit.changes()]
