"""Imports an OVA as one virtual machine: all of it, or nothing that is not said.

The machine carries a mark from its first moment until everything has arrived and been counted, so
that whatever a crash leaves behind is known for what it is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode.errors import (
    CannotLook,
    Refused,
    SetupFailed,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
)
from securemode.vsphere.lease import Lease
from securemode.vsphere.machines import MARK, UNFINISHED, is_gone
from securemode.vsphere.ova import DamagedOva
from securemode.vsphere.remedies import remedy_for, remedy_of
from securemode.vsphere.tasks import carried_out
from securemode.vsphere.upload import Receiver, Sent, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from securemode.vsphere.ova import Ova
    from securemode.vsphere.placing import Place
    from securemode.vsphere.session import VSphereSession

ATTEMPTS = 3
"""A connection that breaks off is tried again under a new lease, from the first byte."""

CLEARING_S = (0.0, 0.5, 2.0, 5.0)
"""Pauses before each look whether vCenter has removed what it was told to give up."""

SAYS_EVERY_S = 5.0
_LOST = (Refused, TimedOut, Unreachable)


@dataclass(frozen=True, slots=True)
class OvfImport:
    """One import.

    Args:
        session: with vCenter.
        receiver: who takes the disks.
        ova: verified.
        name: of the machine.
        place: where it goes.
        disk_provisioning: as OvfManager names it.
        progress: takes one line at a time.
        pause: waits; takes seconds.
    """

    session: VSphereSession
    receiver: Receiver
    ova: Ova
    name: str
    place: Place
    disk_provisioning: str
    progress: Callable[[str], object]
    pause: Callable[[float], object] = time.sleep

    @property
    def _doing(self) -> str:
        return f"importing {self.name}"

    def run(self) -> tuple[str, ...]:
        """Import it; return what could not be made sure of.

        Raises:
            CannotLook: vCenter or the connection to it failed; nothing is left behind, unless the
                message says so.
            SetupFailed: vCenter does not want this OVA, or got other bytes than were sent.
        """
        spec = self._spec()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(spec)
            except _LOST as error:
                if attempt == ATTEMPTS:
                    raise
                self.progress(f"{self.name}: {error.message} Once more, from the beginning.")
                self.pause(float(attempt))
        raise AssertionError  # the last attempt returned or raised

    def _spec(self) -> Any:
        """What vCenter makes of the descriptor."""
        mapping = [
            vim.OvfManager.NetworkMapping(name=name, network=network)
            for name, network in self.place.networks.items()
        ]
        params = vim.OvfManager.CreateImportSpecParams(
            locale="",
            deploymentOption="",
            entityName=self.name,
            diskProvisioning=self.disk_provisioning,
            networkMapping=mapping,
            hostSystem=self.place.host,
        )
        manager = self.session.content.ovfManager
        result = self.session.ask(
            f"having vCenter read {self.ova.path.name}",
            lambda: manager.CreateImportSpec(
                self.ova.descriptor, self.place.pool, self.place.datastore, params
            ),
        )
        self._refuse_faulty(result)
        settings = vim.option.OptionValue(key=MARK, value=UNFINISHED)
        result.importSpec.configSpec.extraConfig += [settings]
        return result

    def _refuse_faulty(self, result: Any) -> None:
        for warning in result.warning or ():
            self.progress(f"{self.name}: vCenter warns: {_said(warning)}")
        if errors := result.error or ():
            raise SetupFailed(
                f"vCenter does not take {self.ova.path.name}: {'; '.join(map(_said, errors))}.",
                remedy=remedy_for(errors[0]) or "see whether this OVA is made for this vCenter.",
            )
        if not isinstance(result.importSpec, vim.vm.VmImportSpec):
            raise DamagedOva(self.ova.path, "holds something other than one virtual machine")
        for item in result.fileItem or ():
            if item.path not in self.ova.members:
                raise DamagedOva(self.ova.path, f"lacks {item.path}, which its descriptor names")

    def _attempt(self, spec: Any) -> tuple[str, ...]:
        """One lease, from its first moment to its end."""
        place = self.place
        managed = self.session.ask(
            self._doing,
            lambda: place.pool.ImportVApp(spec.importSpec, place.folder, place.host),
        )
        lease = Lease(self.session, managed, self._doing, self.pause)
        info = None
        try:
            info = lease.ready()
            unsure = self._fill(lease, info, spec.fileItem or ())
            lease.complete()
        except BaseException as error:
            given_up = lease.abort()
            cleared = self._is_cleared(info.entity) if info else given_up
            if not cleared and isinstance(error, CannotLook):
                raise self._left_behind(error) from error
            raise
        self._unmark(info.entity)
        return unsure

    def _is_cleared(self, entity: Any) -> bool:
        """See to it that nothing stays of an import that was given up; return whether it is so.

        vCenter removes the machine when its lease is aborted, in its own time.
        """
        for wait_s in CLEARING_S:
            self.pause(wait_s)
            try:
                if is_gone(self.session, entity):
                    return True
                carried_out(self.session, f"removing {self.name}", entity.Destroy_Task)
            except CannotLook:
                continue
        return False

    def _left_behind(self, error: CannotLook) -> UnexpectedAnswer:
        """The error to raise where another attempt would find its own name taken."""
        left = f"What there is of {self.name} may be left in vCenter: the next run removes it."
        return UnexpectedAnswer(f"{error.message} {left}", remedy=remedy_of(error))

    def _fill(self, lease: Lease, info: Any, items: Any) -> tuple[str, ...]:
        """Send every file, and have vCenter say what it got."""
        places = {each.importKey: each for each in info.deviceUrl or ()}
        tell = _Meter(
            self.name, sum(self.ova.members[item.path].size for item in items), self.progress, lease
        )
        sent: list[tuple[str, Any, Sent]] = []
        with lease.kept_alive(info.leaseTimeout or 0):
            for item in items:
                if (place := places.get(item.deviceId)) is None:
                    raise SetupFailed(
                        f"vCenter names no place for {item.path} of {self.ova.path.name}.",
                        remedy="look at the vCenter's own log of the import.",
                    )
                sent.append((item.path, place, self._sent(lease, item, place, tell)))
            received = {each.key: each for each in lease.manifest()}
        checked = [_compared(name, count, received.get(place.key)) for name, place, count in sent]
        return tuple(filter(None, checked))

    def _sent(self, lease: Lease, item: Any, place: Any, tell: Callable[[int], None]) -> Sent:
        member = self.ova.members[item.path]
        try:
            return send(
                self.receiver,
                place.url,
                item.path,
                self.ova.pieces(item.path),
                member.size,
                thumbprint=place.sslThumbprint or "",
                creates=bool(item.create),
                tell=tell,
            )
        except CannotLook:
            lease.refuse_broken()  # vCenter's own reason says more than a broken connection
            raise

    def _unmark(self, entity: Any) -> None:
        """Everything has arrived: the machine is like any other now."""
        spec = vim.vm.ConfigSpec(extraConfig=[vim.option.OptionValue(key=MARK, value="")])
        doing = f"marking {self.name} as complete"
        carried_out(self.session, doing, lambda: entity.ReconfigVM_Task(spec), pause=self.pause)


class _Meter:
    """Says how far it is, not too often."""

    def __init__(
        self, name: str, total: int, progress: Callable[[str], object], lease: Lease
    ) -> None:
        self._name = name
        self._total = max(total, 1)
        self._progress = progress
        self._lease = lease
        self._sent = 0
        self._said_at = time.monotonic()

    def __call__(self, more: int) -> None:
        self._sent += more
        percent = min(100 * self._sent // self._total, 100)
        self._lease.reached(percent)
        if (moment := time.monotonic()) - self._said_at >= SAYS_EVERY_S:
            self._said_at = moment
            self._progress(f"{self._name}: {percent} % of {self._total / 1e6:,.0f} MB")


def _compared(name: str, sent: Sent, received: Any) -> str:
    """What cannot be made sure of a file; empty where vCenter got what was sent.

    Raises:
        SetupFailed: it got something else.
    """
    if received is None:
        return f"vCenter does not say what it received as {name}: its connection has to be trusted"
    for stated, ours in _stated(received, sent):
        if str(stated).lower() != ours:
            raise SetupFailed(
                f"vCenter received something else as {name} than was sent: expected {ours}, "
                f"saw {stated}.",
                remedy="run the set-up again; if it stays so, look at the network and the "
                "datastore.",
            )
    return ""


def _stated(received: Any, sent: Sent) -> Iterator[tuple[object, str]]:
    """What vCenter counted, each with what it should be."""
    if received.size:
        yield received.size, str(sent.size)
    if received.sha1:
        yield received.sha1, sent.sha1.hexdigest()
    if received.checksum and str(received.checksumType).lower() in {"sha1", "sha256"}:
        of = sent.sha1 if str(received.checksumType).lower() == "sha1" else sent.sha256
        yield received.checksum, of.hexdigest()


def _said(fault: Any) -> str:
    name = type(fault).__name__.rpartition(".")[2]
    words = " ".join((getattr(fault, "msg", "") or "").split()).rstrip(".")
    return words or name
