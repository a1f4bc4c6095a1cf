"""What the firmware of a virtual machine remembers while it is off: the file `<name>.nvram`.

The frame of the file is VMware's as far as it is known: the word MRVN, a version, entries with a
tag and a length. What is in the entry of the settings is the lab's own: the vendor tells nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import struct
from copy import deepcopy
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Protocol

REMOVABLE = "Removable Devices"
HARD_DRIVE = "Hard Drive"
CD_ROM = "CD-ROM Drive"
NETWORK = "Network boot"
ADD_IN_CARDS = "Bootable Add-in Cards"
LONGEST_PASSWORD = 8

_MAGIC = b"MRVN"
_HEAD = struct.Struct("<4sI")
_VERSION = 1
_TAG = b"PBIO"
_SIZE_BYTES = 8684
"""Of the whole file; what is behind the settings is empty."""
_SALT_BYTES = 8


class NvramFile(Protocol):
    """The file of one machine.

    Attributes:
        content: empty where there is no file.
    """

    content: bytes


@dataclass(slots=True)
class LooseFile:
    """A file that is on no datastore."""

    content: bytes = b""


class Damaged(Exception):
    """The file is not one of this firmware's."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """What the firmware finds in the machine.

    Attributes:
        disks: places of hard disks on the SCSI bus, the first one with the operating system.
        network: model of the first network adapter, empty where there is none.
        memory_mb: of memory.
    """

    disks: tuple[str, ...] = ("0:0", "0:1")
    network: str = "VMware VMXNET3"
    memory_mb: int = 4096

    @property
    def drives(self) -> list[str]:
        """Everything below Hard Drive, in the order in which a new machine has it."""
        named = [f"VMware Virtual SCSI Hard Drive ({place})" for place in self.disks]
        return [*named, ADD_IN_CARDS]

    @property
    def system_drive(self) -> str | None:
        """The drive with the operating system, None in a machine without a disk."""
        return self.drives[0] if self.disks else None


@dataclass(slots=True)
class Nvram:
    """The settings of the firmware.

    Attributes:
        boot_order: kinds of devices, the first to be tried first.
        hard_drives: likewise, the devices that one of those kinds stands for.
        disabled: devices and kinds that are not tried at all.
        options: settings without any effect in the lab, by their label.
        supervisor: salt and digest of the supervisor password, empty while there is none.
        password_on_boot: whether it is asked for at every start.
    """

    boot_order: list[str] = field(
        default_factory=lambda: [REMOVABLE, HARD_DRIVE, CD_ROM, NETWORK],
    )
    hard_drives: list[str] = field(default_factory=list)
    disabled: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    supervisor: str = ""
    password_on_boot: bool = False

    def set_supervisor(self, password: str) -> None:
        """Ask for this password from now on; for none, if it is empty."""
        salt = secrets.token_bytes(_SALT_BYTES)
        self.supervisor = f"{salt.hex()}:{_digest(salt, password)}" if password else ""

    def lets_in(self, password: str) -> bool:
        """Whether the supervisor's password is this one, or there is none to be known."""
        salt, _, digest = self.supervisor.partition(":")
        typed = _digest(bytes.fromhex(salt), password)
        return not self.supervisor or hmac.compare_digest(typed, digest)

    def fit(self, hardware: Hardware) -> None:
        """Forget drives that are gone, and add those that are new below the others."""
        there = hardware.drives
        known = [drive for drive in self.hard_drives if drive in there]
        self.hard_drives = known + [drive for drive in there if drive not in known]

    def copy(self) -> Nvram:
        """One that can be changed without changing this."""
        return deepcopy(self)

    def adopt(self, other: Nvram) -> None:
        """Be as another one is."""
        for setting in fields(self):
            setattr(self, setting.name, deepcopy(getattr(other, setting.name)))

    def load_defaults(self, hardware: Hardware) -> None:
        """Set everything but the password as in a new machine."""
        new = Nvram(supervisor=self.supervisor)
        new.fit(hardware)
        self.adopt(new)

    @property
    def content(self) -> bytes:
        """The file."""
        settings = json.dumps(asdict(self)).encode()
        entry = _HEAD.pack(_TAG, len(settings)) + settings
        return (_HEAD.pack(_MAGIC, _VERSION) + entry).ljust(_SIZE_BYTES, b"\0")

    @classmethod
    def of(cls, content: bytes) -> Nvram:
        """What a file says; an empty one is that of a machine that was never switched on.

        Raises:
            Damaged: it is no such file.
        """
        if not content:
            return cls()
        try:
            magic, _ = _HEAD.unpack_from(content)
            tag, length = _HEAD.unpack_from(content, _HEAD.size)
            settings: dict[str, Any] = json.loads(content[2 * _HEAD.size :][:length])
            found = cls(**settings)
        except (struct.error, ValueError, TypeError) as failed:
            raise Damaged(f"no settings of this firmware: {failed}") from failed
        if (magic, tag) != (_MAGIC, _TAG):
            raise Damaged("no file of this firmware")
        return found


def secured(password: str, hardware: Hardware | None = None) -> bytes:
    """The file of a machine whose firmware an operator has set up as the guide says."""
    nvram = Nvram(boot_order=[HARD_DRIVE, REMOVABLE, CD_ROM, NETWORK])
    nvram.fit(hardware or Hardware())
    nvram.set_supervisor(password)
    return nvram.content


def _digest(salt: bytes, password: str) -> str:
    """Of what the firmware makes of a password: eight letters at most, all of them capitals."""
    return hashlib.sha256(salt + password[:LONGEST_PASSWORD].upper().encode()).hexdigest()
