"""OVA files of the product, small ones: what an operator downloads before the deployment.

The disks are real stream-optimised VMDKs; what is on them is the lab's business, which knows a
machine by the digest of the disk that was uploaded.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from securemode_lab.document import VERSION
from securemode_lab.vcenter.hardened_values import VIRTUAL_MACHINE
from securemode_lab.vcenter.ova_ovf import DESCRIPTOR, SETTING
from securemode_lab.vcenter.ova_vmdk import stream_optimised

if TYPE_CHECKING:
    from pathlib import Path

_RELEASE = VERSION.partition(" ")[0]
_BOOT_SECTOR = bytes(510) + b"\x55\xaa"
_CONTENT_BYTES = 300_000
_GIBIBYTE = 1 << 30
_MADE_AT = 1_767_225_600
"""2026-01-01: the same bytes in every lab."""

SETTINGS = {key: value for key, value in VIRTUAL_MACHINE.items() if not key.startswith("bios.")}
"""Of a site that hardens its machines; firmware is for whoever deploys them."""


@dataclass(frozen=True)
class Appliance:
    """What one OVA file deploys.

    Attributes:
        stem: of the names of its files.
        title: for people.
        cpus: processors.
        memory_mb: memory.
        disk_gb: size of its disk.
    """

    stem: str
    title: str
    cpus: int
    memory_mb: int
    disk_gb: int

    @cached_property
    def disk(self) -> bytes:
        """The VMDK."""
        # What a digest yields cannot be compressed, as little as an operating system's packages.
        content = _BOOT_SECTOR + hashlib.shake_256(self.stem.encode()).digest(_CONTENT_BYTES)
        return stream_optimised(self.disk_name, content, self.disk_gb * _GIBIBYTE)

    @property
    def disk_name(self) -> str:
        """Of the VMDK in the package."""
        return f"{self.stem}-disk1.vmdk"

    @property
    def disk_sha256(self) -> str:
        """Digest of the VMDK, in hexadecimal digits."""
        return hashlib.sha256(self.disk).hexdigest()

    @property
    def descriptor(self) -> str:
        """The OVF descriptor, with the settings of a site that hardens its machines."""
        return DESCRIPTOR.format(
            disk_name=escape(self.disk_name),
            disk_size=len(self.disk),
            disk_gb=self.disk_gb,
            populated=_CONTENT_BYTES,
            stem=escape(self.stem),
            title=escape(self.title),
            version=escape(VERSION),
            cpus=self.cpus,
            memory_mb=self.memory_mb,
            settings="\n".join(
                SETTING.format(key=quoteattr(key), value=quoteattr(value))
                for key, value in SETTINGS.items()
            ),
        )


MANAGEMENT = Appliance(
    f"Pexip_Infinity_v{_RELEASE}_generic_pxMgr", "Pexip Infinity Management Node", 4, 4096, 100
)
CONFERENCING = Appliance(
    f"Pexip_Infinity_v{_RELEASE}_generic_ConfNode", "Pexip Infinity Conferencing Node", 4, 4096, 100
)


def write(folder: Path) -> dict[str, str]:
    """Write both files; their paths, as the lab's document has them."""
    folder.mkdir(parents=True, exist_ok=True)
    appliances = {"management": MANAGEMENT, "conferencing": CONFERENCING}
    return {name: _write(folder, appliance) for name, appliance in appliances.items()}


def _write(folder: Path, appliance: Appliance) -> str:
    path = folder / f"{appliance.stem}.ova"
    path.write_bytes(packed(members(appliance)))
    return str(path)


def members(appliance: Appliance) -> list[tuple[str, bytes]]:
    """Files of a package in their order: descriptor, manifest, disk."""
    described = (f"{appliance.stem}.ovf", appliance.descriptor.encode())
    disk = (appliance.disk_name, appliance.disk)
    lines = [
        f"SHA256({name})= {hashlib.sha256(data).hexdigest()}\n" for name, data in (described, disk)
    ]
    return [described, (f"{appliance.stem}.mf", "".join(lines).encode()), disk]


def packed(files: list[tuple[str, bytes]]) -> bytes:
    """A tar of these files, in this order."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(data), _MADE_AT, 0o644
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
