from __future__ import annotations

import hashlib
import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from securemode.errors import SetupFailed
from securemode.vsphere.descriptor import networks_in
from securemode.vsphere.ova import DamagedOva, read_ova
from setups.ovas import DISK, NAME, archive, descriptor, manifest, ova

if TYPE_CHECKING:
    from pathlib import Path

OVF, MF, VMDK = NAME


def files(**changed: bytes) -> dict[str, bytes]:
    """A whole OVA's files, with others in place of some."""
    whole = {OVF: descriptor(), VMDK: DISK}
    return {OVF: whole[OVF], MF: manifest(whole), VMDK: DISK} | changed


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256", "SHA512"])
def test_a_whole_ova_is_read_and_verified_whatever_its_manifest_uses(
    tmp_path: Path, algorithm: str
) -> None:
    found = read_ova(ova(tmp_path / "node.ova", algorithm=algorithm))
    found.verify(None)
    assert b"".join(found.pieces(VMDK)) == DISK
    assert networks_in(found.descriptor) == ("VM Network",)


def test_nothing_is_unpacked(tmp_path: Path) -> None:
    read_ova(ova(tmp_path / "node.ova")).verify(None)
    assert [path.name for path in tmp_path.iterdir()] == ["node.ova"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({VMDK: DISK[:-1] + b"!"}, f"node.ova is damaged: {VMDK} does not match its manifest."),
        ({OVF: descriptor() + b"\n"}, f"node.ova is damaged: {OVF} does not match its manifest."),
        ({MF: b""}, "leaves out"),
        ({MF: b"what is this"}, "has a manifest with the line 'what is this'"),
        ({MF: manifest({OVF: descriptor()})}, f"has a manifest that leaves out {VMDK}"),
        ({MF: manifest({"other.vmdk": b""}) + files()[MF]}, "lacks other.vmdk"),
        ({OVF: b"\xff\xfe"}, f"has a {OVF} that is no text"),
    ],
)
def test_a_wrong_byte_anywhere_is_found(
    tmp_path: Path, changed: dict[str, bytes], said: str
) -> None:
    path = archive(tmp_path / "node.ova", files(**changed))
    with pytest.raises(DamagedOva) as refused:
        read_ova(path).verify(None)
    assert said in str(refused.value)
    assert "get the file from the vendor again" in refused.value.remedy


@pytest.mark.parametrize("kept", [0, 300, 600, 2000, 40_000])
def test_a_file_that_breaks_off_is_found(tmp_path: Path, kept: int) -> None:
    path = ova(tmp_path / "node.ova")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DamagedOva):
        read_ova(path).verify(None)


def test_something_else_than_an_archive_is_none(tmp_path: Path) -> None:
    path = tmp_path / "node.ova"
    path.write_bytes(b"<html>Please log in</html>" * 100)
    with pytest.raises(DamagedOva, match="is no readable tar archive"):
        read_ova(path)


def strange(path: Path, entry: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        first = tarfile.TarInfo(OVF)
        first.size = len(descriptor())
        tar.addfile(first, io.BytesIO(descriptor()))
        tar.addfile(entry)
    return path


@pytest.mark.parametrize("name", ["../escape.vmdk", "/etc/passwd", "a/b.vmdk", ".hidden", OVF])
def test_names_that_lead_elsewhere_or_come_twice_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DamagedOva, match=r"leads elsewhere|twice"):
        read_ova(strange(tmp_path / "node.ova", tarfile.TarInfo(name)))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    entry = tarfile.TarInfo("disk.vmdk")
    entry.type, entry.linkname = kind, "/etc/passwd"
    with pytest.raises(DamagedOva, match="no plain file"):
        read_ova(strange(tmp_path / "node.ova", entry))


def test_the_descriptor_comes_first(tmp_path: Path) -> None:
    path = archive(tmp_path / "node.ova", {VMDK: DISK, OVF: descriptor()})
    with pytest.raises(DamagedOva, match="does not begin with an OVF descriptor"):
        read_ova(path)


def test_without_a_manifest_the_checksum_of_the_vendor_has_to_do(tmp_path: Path) -> None:
    path = archive(tmp_path / "node.ova", {OVF: descriptor(), VMDK: DISK})
    found = read_ova(path)
    found.verify(hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(DamagedOva, match="no manifest, and the environment states no sha256"):
        found.verify(None)
    with pytest.raises(DamagedOva, match="not the SHA-256 that the environment states"):
        found.verify("0" * 64)


def test_a_damaged_ova_ends_a_set_up() -> None:
    assert issubclass(DamagedOva, SetupFailed)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<Envelope/>", "begins with 'Envelope'"),
        ("no XML", "no XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><Envelope/>', "declares entities"),
    ],
)
def test_an_unusable_descriptor_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        networks_in(text)
