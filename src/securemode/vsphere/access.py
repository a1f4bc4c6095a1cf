"""The run's one session with vCenter, opened when the first probe asks for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from securemode.errors import AuthenticationRejected, CannotLook

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.observations.vsphere import MachineIdentity
    from securemode.vsphere.session import VSphereSession


class VSphereAccess:
    """Shares one session between all probes of a run; a refusal is shared as well.

    Args:
        environment: whose vCenter and account.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._lock = threading.Lock()
        self._session: VSphereSession | None = None
        self._refusal: CannotLook | None = None
        self._naming = threading.Lock()
        self._machines: tuple[MachineIdentity, ...] | None = None

    def session(self) -> VSphereSession:
        """The session, opened at the first call.

        Raises:
            CannotLook: vCenter can't be reached or trusted, or rejects the account; it is asked
                once, so that a wrong password locks no account.
        """
        from securemode.vsphere.faults import CREDENTIALS  # noqa: PLC0415 - pyVmomi is heavy
        from securemode.vsphere.session import VSphereSession  # noqa: PLC0415 - as above

        vcenter = self._environment.vsphere
        with self._lock:
            if self._refusal is None and vcenter and vcenter.rejection:
                self._refusal = AuthenticationRejected(vcenter.rejection, remedy=CREDENTIALS)
            if self._refusal is not None:
                raise self._refusal
            if self._session is None:
                try:
                    self._session = VSphereSession.open(self._environment)
                except CannotLook as refusal:
                    self._refusal = refusal
                    raise
            return self._session

    def machines(self) -> tuple[MachineIdentity, ...]:
        """By what every virtual machine is known; read once, as every console asks.

        Raises:
            CannotLook: as for the session; a failed reading is tried again.
        """
        from securemode.vsphere.inventory import identities  # noqa: PLC0415 - pyVmomi is heavy

        session = self.session()
        with self._naming:
            if self._machines is None:
                self._machines = identities(session)
            return self._machines

    def close(self) -> None:
        """Log out, where anybody was logged in; the next call would log in again."""
        with self._lock:
            if self._session is not None:
                self._session.close()
            self._session = self._refusal = self._machines = None
