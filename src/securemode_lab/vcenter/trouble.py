"""What can go wrong with a vCenter, though nobody configured anything badly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True)
class Trouble:
    """What goes wrong at present.

    Attributes:
        slow_tasks_s: how much longer than usual every task takes.
        failing_tasks: descriptionIds of tasks that end in an error, such as
            `VirtualMachine.powerOn`, with the sentence that they say.
        silent_hosts: names of hosts that do not respond to vCenter.
        keys_fail_every: how many calls of `PutUsbScanCodes` there are from one that fails for no
            reason to the next, 0 for none at all.
        lost_uploads: of how many of the next uploads the connection is lost half-way.
        lease_timeout_s: after which silence ends a lease, None for as long as usual.
    """

    slow_tasks_s: float = 0.0
    failing_tasks: dict[str, str] = field(default_factory=dict)
    silent_hosts: set[str] = field(default_factory=set)
    keys_fail_every: int = 0
    lost_uploads: int = 0
    lease_timeout_s: float | None = None
    _typed: int = 0

    def loses_keys(self) -> bool:
        """Whether the keys that are being sent now are lost."""
        self._typed += 1
        return bool(self.keys_fail_every) and self._typed % self.keys_fail_every == 0

    def loses_upload(self) -> bool:
        """Whether the connection of the upload that begins now will be lost."""
        is_lost = self.lost_uploads > 0
        self.lost_uploads -= is_lost
        return is_lost

    def become(self, wanted: Mapping[str, Any]) -> None:
        """Change what is named among these attributes, and leave the rest.

        Raises:
            ValueError: an attribute cannot be that.
        """
        if "slow_tasks_s" in wanted:
            self.slow_tasks_s = float(wanted["slow_tasks_s"])
        if "failing_tasks" in wanted:
            self.failing_tasks = {str(k): str(v) for k, v in dict(wanted["failing_tasks"]).items()}
        if "silent_hosts" in wanted:
            self.silent_hosts = {str(name) for name in wanted["silent_hosts"]}
        if "keys_fail_every" in wanted:
            self.keys_fail_every = int(wanted["keys_fail_every"])
        if "lost_uploads" in wanted:
            self.lost_uploads = int(wanted["lost_uploads"])
        if "lease_timeout_s" in wanted:
            stated = wanted["lease_timeout_s"]
            self.lease_timeout_s = None if stated is None else float(stated)
