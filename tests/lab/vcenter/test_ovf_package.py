"""The lab's OVA files, and what looks through a disk while it is uploaded."""

from __future__ import annotations

import hashlib
import re
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.vcenter import vmdk_reader
from securemode_lab.vcenter import ova
from securemode_lab.vcenter.lease_stream import BrokenStream, DiskStream, PlainStream, Received
from securemode_lab.vcenter.ova_vmdk import stream_optimised

if TYPE_CHECKING:
    from pathlib import Path

APPLIANCES = pytest.mark.parametrize("appliance", [ova.MANAGEMENT, ova.CONFERENCING])
DISK = ova.MANAGEMENT.disk


def received(data: bytes, piece: int = 4999) -> Received:
    stream = DiskStream()
    for start in range(0, len(data), piece):
        stream.feed(data[start : start + piece])
    return stream.end()


@APPLIANCES
def test_a_package_is_a_tar_with_descriptor_manifest_and_disk(
    appliance: ova.Appliance, tmp_path: Path
) -> None:
    path = tmp_path / "a.ova"
    path.write_bytes(ova.packed(ova.members(appliance)))
    with tarfile.open(path) as archive:
        names = archive.getnames()
        files = {name: archive.extractfile(name) for name in names}
        data = {name: file.read() for name, file in files.items() if file}
    assert [name.rpartition(".")[2] for name in names] == ["ovf", "mf", "vmdk"]
    manifest = dict(re.findall(r"SHA256\((.+)\)= ([0-9a-f]{64})\n", data[names[1]].decode()))
    assert manifest == {
        name: hashlib.sha256(data[name]).hexdigest() for name in (names[0], names[2])
    }


def test_both_packages_are_written_where_the_document_says(tmp_path: Path) -> None:
    paths = ova.write(tmp_path / "ova")
    assert sorted(paths) == ["conferencing", "management"]
    for path in paths.values():
        assert tarfile.is_tarfile(path)


@APPLIANCES
def test_a_disk_has_some_hundred_kilobytes_and_the_size_of_its_descriptor(
    appliance: ova.Appliance,
) -> None:
    assert 200_000 < len(appliance.disk) < 900_000
    assert vmdk_reader.header(appliance.disk, 0)["capacity"] * 512 == appliance.disk_gb << 30


def test_the_packages_have_different_disks() -> None:
    assert ova.MANAGEMENT.disk_sha256 != ova.CONFERENCING.disk_sha256


def test_a_disk_can_be_read_by_its_grain_directory() -> None:
    wanted = bytes(range(256)) * 2000
    data = stream_optimised("a.vmdk", wanted, 1 << 30)
    grains = vmdk_reader.content(data)
    found = b"".join(grain for _, grain in sorted(grains.items()))
    assert found.rstrip(b"\0") == wanted.rstrip(b"\0")
    text = vmdk_reader.descriptor(data)
    assert 'createType="streamOptimized"' in text
    assert f'RDONLY {(1 << 30) // 512} SPARSE "a.vmdk"' in text


def test_empty_grains_are_left_out() -> None:
    grain = 65536
    data = stream_optimised("a.vmdk", b"x" * grain + bytes(5 * grain) + b"y" * grain, 1 << 25)
    assert sorted(vmdk_reader.content(data)) == [0, 6 * 128]


def test_what_is_received_is_counted_and_hashed() -> None:
    assert received(DISK) == Received(
        len(DISK),
        hashlib.sha1(DISK, usedforsecurity=False).hexdigest(),
        hashlib.sha256(DISK).hexdigest(),
        100 << 30,
        5 * 65536,
    )


@settings(deadline=None)
@given(st.integers(100, 70_000))
def test_it_does_not_matter_how_a_stream_is_cut(piece: int) -> None:
    assert received(DISK, piece).size_bytes == len(DISK)


@settings(deadline=None)
@given(st.integers(0, len(DISK) - 1))
def test_a_truncated_stream_is_broken(size: int) -> None:
    with pytest.raises(BrokenStream, match="ends after"):
        received(DISK[:size])


@pytest.mark.parametrize(
    ("place", "data", "reason"),
    [
        (0, b"QCOW", "no VMDK begins"),
        (8, b"\1\0\0\0", "not stream-optimised"),
        (77, b"\0\0", "contradicts itself"),
        (65536, b"\xff\xff\xff\xff\xff", "out of order or range"),
        (65536 + 100, b"\0\0\0\0\0\0\0\0", "grain"),
        (len(DISK) - 1024, b"QCOW", "no VMDK begins"),
        (len(DISK) - 1024 - 512 + 12, b"\1", "0 footers"),
        (len(DISK) - 1024 - 512 + 12, b"\7", "unknown kind 7"),
    ],
)
def test_a_stream_that_contradicts_itself_is_broken(place: int, data: bytes, reason: str) -> None:
    changed = DISK[:place] + data + DISK[place + len(data) :]
    with pytest.raises(BrokenStream, match=reason):
        received(changed)


def test_nothing_may_follow_the_end_of_a_stream() -> None:
    with pytest.raises(BrokenStream, match="follow"):
        received(DISK + b"\0")


def test_any_other_file_is_taken_as_it_is() -> None:
    stream = PlainStream()
    stream.feed(b"anything")
    assert stream.end().sha256 == hashlib.sha256(b"anything").hexdigest()
