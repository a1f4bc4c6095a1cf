"""What set-ups that write to vCenter have in common: its session, and an honest end."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from securemode.errors import CannotLook, SetupFailed
from securemode.evidence import now
from securemode.setups.setup import Setup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from securemode.environment.models import Environment
    from securemode.environment.placement import Placement
    from securemode.environment.vsphere import VSphere
    from securemode.setups.setup import Progress
    from securemode.vsphere.access import VSphereAccess
    from securemode.vsphere.session import VSphereSession


class VSphereSetup(Setup):
    """A set-up that says, wherever it stops, what it has done and what it has not.

    Args:
        environment: whose vCenter, and what goes there.
        access: its session, shared with other set-ups.
    """

    def __init__(self, environment: Environment, access: VSphereAccess) -> None:
        super().__init__()
        self._environment = environment
        self._access = access
        self._said: list[str] = []
        self._done: list[str] = []
        self._left: list[str] = []

    @property
    def transcript(self) -> str:
        """What was done, a line each, in the order in which it was."""
        return "\n".join(self._said)

    def secrets(self) -> tuple[str, ...]:
        """Every secret of the environment."""
        return self._environment.secret_values()

    @property
    def vcenter(self) -> VSphere:
        """Where vCenter is.

        Raises:
            SetupFailed: the environment names none, or no account that could write there.
        """
        vcenter = self._environment.vsphere
        if vcenter is None or self._environment.credentials.vsphere is None:
            raise SetupFailed(
                f"{self.name} needs vCenter, and the environment names none, or no account of it.",
                remedy="state vsphere: and credentials.vsphere.",
            )
        return vcenter

    @property
    def placement(self) -> Placement:
        """Where machines are put.

        Raises:
            SetupFailed: the environment does not say.
        """
        if self.vcenter.deploy is None:
            raise SetupFailed(
                f"{self.name} does not know from which OVA, and where to, it deploys.",
                remedy="state vsphere.deploy as environments/example.yaml does.",
            )
        return self.vcenter.deploy

    @property
    def session(self) -> VSphereSession:
        """The session with vCenter.

        Raises:
            CannotLook: there is none to be had.
        """
        assert self.vcenter
        return self._access.session()

    @contextlib.contextmanager
    def planning(self) -> Iterator[None]:
        """Whatever is met inside, nothing has been changed."""
        self.notes.clear()
        with self._told("Nothing was changed."):
            yield

    @contextlib.contextmanager
    def working(self, steps: Sequence[str]) -> Iterator[None]:
        """Whatever is met inside, it is told which of these steps are done and which are not."""
        self._done, self._left = [], list(steps)
        try:
            yield
        except (CannotLook, SetupFailed) as error:
            raise _stopped(error, self._summary) from error

    @contextlib.contextmanager
    def _told(self, summary: str) -> Iterator[None]:
        try:
            yield
        except (CannotLook, SetupFailed) as error:
            raise _stopped(error, summary) from error

    def did(self, progress: Progress, step: str) -> None:
        """Note that a step is done."""
        if step in self._left:
            self._left.remove(step)
        self._done.append(step)
        self._said.append(f"{now()} {step}")
        progress(f"{self.name}: {step}")

    @property
    def _summary(self) -> str:
        done, left = ("; ".join(each) or "nothing" for each in (self._done, self._left))
        return f"Done: {done}. Not done: {left}."


def _stopped(error: CannotLook | SetupFailed, summary: str) -> SetupFailed:
    """The error as the set-up ends with it, its next step included."""
    from securemode.vsphere.remedies import AGAIN, remedy_of  # noqa: PLC0415 - pyVmomi is heavy

    remedy = remedy_of(error) if isinstance(error, CannotLook) else error.remedy or AGAIN
    return SetupFailed(f"{_sentence(error.message)} {summary}", remedy=remedy)


def _sentence(message: str) -> str:
    return message if message.endswith(".") else f"{message}."
