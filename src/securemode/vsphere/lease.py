"""The lease under which an import runs: waited for, kept alive, completed or given back."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode.errors import CannotLook, TimedOut, UnexpectedAnswer
from securemode.vsphere.tasks import FIRST_PAUSE_S, LONGEST_PAUSE_S, failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from securemode.vsphere.session import VSphereSession

READY_TIMEOUT_S = 300.0
LONGEST_SILENCE_S = 30.0
"""Between two words to vCenter; it gives a lease up after minutes of silence."""

_STATES = vim.HttpNfcLease.State


class Lease:
    """One lease of vCenter.

    Args:
        session: with vCenter.
        managed: the lease, as ImportVApp returned it.
        doing: what is being done, for messages: "importing mgmt".
        pause: waits between looks; takes seconds.
    """

    def __init__(
        self,
        session: VSphereSession,
        managed: Any,
        doing: str,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._session = session
        self._managed = managed
        self._doing = doing
        self._pause = pause
        self._percent = 0

    def ready(self) -> Any:
        """Wait until files may be sent; return where (`HttpNfcLease.Info`).

        Raises:
            CannotLook: vCenter gives the import up, or does not get ready.
        """
        deadline = time.monotonic() + READY_TIMEOUT_S
        wait_s = FIRST_PAUSE_S
        while (state := self._read("state")) == _STATES.initializing:
            if time.monotonic() >= deadline:
                raise TimedOut(f"{self._doing}: vCenter is not ready after {READY_TIMEOUT_S:g} s.")
            self._pause(wait_s)
            wait_s = min(2 * wait_s, LONGEST_PAUSE_S)
        if state != _STATES.ready:
            raise self._given_up()
        return self._read("info")

    def refuse_broken(self) -> None:
        """Find out whether vCenter itself has given the import up.

        Raises:
            CannotLook: it has; the message has its reason.
        """
        if self._read("state") == _STATES.error:
            raise self._given_up()

    def _given_up(self) -> UnexpectedAnswer:
        return failed(self._doing, self._read("error"))

    def _read(self, path: str) -> Any:
        seen = self._session.properties(vim.HttpNfcLease, [path], objects=[self._managed])
        return next(iter(seen.values()), {}).get(path)

    @contextlib.contextmanager
    def kept_alive(self, timeout_s: float) -> Iterator[None]:
        """Tell vCenter again and again how far it is, so that it does not give the import up.

        Args:
            timeout_s: silence after which vCenter would do so.
        """
        silence_s = min(max(timeout_s / 4, 0.1), LONGEST_SILENCE_S)
        ended = threading.Event()

        def tell() -> None:
            while not ended.wait(silence_s):
                with contextlib.suppress(CannotLook):  # whoever sends meets the same trouble
                    self.progress(self._percent)

        teller = threading.Thread(target=tell, name="lease", daemon=True)
        teller.start()
        try:
            yield
        finally:
            ended.set()
            teller.join()

    def reached(self, percent: int) -> None:
        """Note how far it is, for the next word to vCenter."""
        self._percent = percent

    def progress(self, percent: int) -> None:
        """Tell vCenter how far it is."""
        self._call(lambda: self._managed.HttpNfcLeaseProgress(percent))

    def manifest(self) -> list[Any]:
        """What vCenter has received, as it counted; empty where it does not say."""
        try:
            return list(self._call(self._managed.HttpNfcLeaseGetManifest) or ())
        except CannotLook:
            return []

    def complete(self) -> None:
        """End the import well.

        Raises:
            CannotLook: vCenter does not take it for complete.
        """
        self.progress(100)
        self._call(self._managed.HttpNfcLeaseComplete)

    def abort(self) -> bool:
        """Give the import up, and what there is of it; return whether vCenter has done so."""
        try:
            self._call(self._managed.HttpNfcLeaseAbort)
        except CannotLook:
            return self._is_given_up()
        return True

    def _is_given_up(self) -> bool:
        """Whether vCenter did it by itself; not where it cannot be asked."""
        try:
            return bool(self._read("state") == _STATES.error)
        except CannotLook:
            return False

    def _call(self, work: Callable[[], Any]) -> Any:
        return self._session.ask(self._doing, work)
