"""What the lab's vCenter understands of OVF descriptors, and what it says of the rest."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyVmomi import vim

from securemode_lab.vcenter import ova
from securemode_lab.vcenter.ovf_descriptor import descriptor
from securemode_lab.vcenter.ovf_devices import Wishes
from securemode_lab.vcenter.ovf_hardware import Resource, unit_bytes
from securemode_lab.vcenter.ovf_spec import config_spec, file_item
from securemode_lab.vcenter.ovf_xml import parsed

GOOD = ova.MANAGEMENT.descriptor
BACKING = vim.vm.device.VirtualEthernetCard.NetworkBackingInfo(deviceName="nodes")
WISHES = Wishes(
    name="mgmt",
    datastore=vim.Datastore("datastore-1"),
    thin=True,
    eager=False,
    networks={"VM Network": BACKING},
)


def with_item(*lines: str, required: bool = True) -> str:
    """The good descriptor with one more item."""
    opening = "<Item>" if required else '<Item ovf:required="false">'
    text = "".join(f"<rasd:{line.partition('=')[0]}>{line.partition('=')[2]}"
                   f"</rasd:{line.partition('=')[0]}>" for line in lines)  # fmt: skip
    return GOOD.replace("<vmw:Config", f"{opening}{text}</Item><vmw:Config", 1)


def without(element: str) -> str:
    changed = re.sub(
        rf"<{element}[ >].*?</{element}>|<{element} [^>]*/>", "", GOOD, flags=re.DOTALL
    )
    assert changed != GOOD
    return changed


def test_the_good_descriptor_says_everything() -> None:
    found = descriptor(GOOD)
    assert found.name == ova.MANAGEMENT.stem
    assert found.networks == {"VM Network": "The network of the node"}
    assert found.hardware_version == "vmx-19"
    assert found.guest == "debian12_64Guest"
    assert found.settings == {"firmware": "bios"}
    assert found.disks["vmdisk1"].capacity_bytes == 100 << 30
    assert found.disks["vmdisk1"].file == found.files["file1"]
    assert found.files["file1"].size_bytes == len(ova.MANAGEMENT.disk)
    assert [item.resource for item in found.items] == [
        Resource.PROCESSOR,
        Resource.MEMORY,
        Resource.SCSI_CONTROLLER,
        Resource.DISK,
        Resource.ETHERNET,
    ]
    assert (found.errors, found.warnings) == ([], [])


def test_the_machine_is_what_the_descriptor_says() -> None:
    spec, media = config_spec(descriptor(GOOD), WISHES)
    assert (spec.name, spec.numCPUs, spec.memoryMB, spec.firmware) == ("mgmt", 4, 4096, "bios")
    scsi, disk, card = [change.device for change in spec.deviceChange]
    assert isinstance(scsi, vim.vm.device.ParaVirtualSCSIController)
    assert (disk.controllerKey, disk.unitNumber) == (scsi.key, 0)
    assert disk.backing.thinProvisioned
    assert disk.storageIOAllocation.limit == -1
    assert isinstance(card, vim.vm.device.VirtualVmxnet3)
    assert card.backing is BACKING
    (medium,) = media
    item = file_item("mgmt", medium)
    assert item.deviceId == "/mgmt/ParaVirtualSCSIController0:0"
    assert (item.path, item.create) == (ova.MANAGEMENT.disk_name, True)


def test_nothing_is_reserved() -> None:
    spec, _ = config_spec(descriptor(GOOD), WISHES)
    for given_ in (spec.cpuAllocation, spec.memoryAllocation):
        assert (given_.reservation, given_.limit, given_.shares.level) == (0, -1, "normal")
    assert spec.cpuAllocation.shares.shares == 4000


@pytest.mark.parametrize(
    ("text", "fault", "said"),
    [
        (GOOD[:-20], vim.fault.OvfXmlFormat, "not closed|unclosed|no element"),
        ("", vim.fault.OvfXmlFormat, "no element found"),
        ("<Envelope/>", vim.fault.OvfWrongNamespace, "no OVF envelope"),
        (without("References"), vim.fault.OvfMissingElement, "'References'"),
        (without("VirtualSystem"), vim.fault.OvfMissingElement, "'VirtualSystem'"),
        (without("VirtualHardwareSection"), vim.fault.OvfMissingElement, "HardwareSection"),
        (
            GOOD.replace("VirtualSystem ", "VirtualSystemCollection ").replace(
                "</VirtualSystem>", "</VirtualSystemCollection>"
            ),
            vim.fault.OvfUnsupportedElement,
            "VirtualSystemCollection",
        ),
        (GOOD.replace('ovf:fileRef="file1"', 'ovf:fileRef="x"'),
         vim.fault.OvfInvalidValueReference, "'x'"),
        (GOOD.replace('ovf:href="', 'ovf:nref="'), vim.fault.OvfMissingAttribute, "'href'"),
        (GOOD.replace('ovf:capacity="100"', 'ovf:capacity="huge"'),
         vim.fault.OvfInvalidValueFormatMalformed, "'huge'"),
        (GOOD.replace("byte * 2^20", "byte * 3^20"),
         vim.fault.OvfInvalidValueFormatMalformed, "3\\^20"),
        (GOOD.replace("vmx-19", "virtualbox-2.2"),
         vim.fault.OvfNoSupportedHardwareFamily, "virtualbox"),
        (GOOD.replace("<rasd:InstanceID>4</rasd:InstanceID>", ""),
         vim.fault.OvfMissingElement, "InstanceID"),
    ],
)  # fmt: skip
def test_a_bad_descriptor_is_refused(text: str, fault: type[Exception], said: str) -> None:
    with pytest.raises(fault) as raised:
        descriptor(text)
    assert re.search(said, str(getattr(raised.value, "msg", "")))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD.replace("<rasd:Parent>3<", "<rasd:Parent>9<"), vim.fault.OvfInvalidValueReference),
        (GOOD.replace("/disk/vmdisk1", "/disk/x"), vim.fault.OvfInvalidValueReference),
        (GOOD.replace("Connection>VM Network", "Connection>x"),
         vim.fault.OvfInvalidValueReference),
        (GOOD.replace("<rasd:ResourceType>3<", "<rasd:ResourceType>24<"),
         vim.fault.OvfMissingHardware),
    ],
)  # fmt: skip
def test_hardware_that_does_not_fit_together_is_refused(text: str, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        config_spec(descriptor(text), WISHES)


ODD = ("ElementName=Sound", "InstanceID=9", "ResourceType=1")


def test_unknown_hardware_is_an_error_where_it_is_needed() -> None:
    (error,) = descriptor(with_item(*ODD)).errors
    assert isinstance(error, vim.fault.OvfUnsupportedType)
    assert (error.name, error.deviceType) == ("Sound", 1)


def test_unknown_hardware_is_a_warning_where_it_is_not() -> None:
    found = descriptor(with_item(*ODD, required=False))
    assert (found.errors, [warning.name for warning in found.warnings]) == ([], ["Sound"])
    assert len(found.items) == 5


def test_an_unknown_kind_of_card_is_an_error() -> None:
    (error,) = descriptor(GOOD.replace("VmxNet3", "NE2000")).errors
    assert isinstance(error, vim.fault.OvfUnsupportedSubType)
    assert error.deviceSubType == "ne2000"


@pytest.mark.parametrize(("required", "kind"), [("true", "errors"), ("false", "warnings")])
def test_an_unknown_section_is_an_error_unless_it_may_be_ignored(required: str, kind: str) -> None:
    section = f'<StrangeSection ovf:required="{required}"/>'
    found = descriptor(GOOD.replace("<NetworkSection>", section + "<NetworkSection>"))
    (fault,) = getattr(found, kind)
    assert (type(fault), fault.name) == (vim.fault.OvfUnsupportedElement, "StrangeSection")
    assert fault.lineNumber == GOOD[: GOOD.index("<NetworkSection>")].count("\n") + 1


def test_items_belong_to_deployment_options() -> None:
    large = '<Item ovf:configuration="large">'
    options = (
        '<DeploymentOptionSection><Configuration ovf:id="large"/>'
        '<Configuration ovf:id="small" ovf:default="true"/></DeploymentOptionSection>'
    )
    text = GOOD.replace("<NetworkSection>", options + "<NetworkSection>")
    text = with_item_in(text, f"{large}{_cpus(8)}</Item>")
    assert descriptor(text).options == ("small", "large")
    assert _processors(text, "") == 4
    assert _processors(text, "large") == 12


def with_item_in(text: str, item: str) -> str:
    return text.replace("<vmw:Config", f"{item}<vmw:Config", 1)


def _cpus(number: int) -> str:
    return (
        f"<rasd:InstanceID>1{number}</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType>"
        f"<rasd:VirtualQuantity>{number}</rasd:VirtualQuantity>"
    )


def _processors(text: str, option: str) -> int:
    spec, _ = config_spec(descriptor(text, option), WISHES)
    return int(spec.numCPUs)


def test_the_newest_hardware_family_wins_by_its_number() -> None:
    assert descriptor(GOOD.replace("vmx-19", "vmx-9 vmx-13")).hardware_version == "vmx-13"


def test_document_types_are_refused() -> None:
    with pytest.raises(vim.fault.OvfXmlFormat):
        parsed('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')


@pytest.mark.parametrize(
    ("unit", "size"),
    [("", 1), ("byte", 1), ("byte * 2^30", 1 << 30), ("byte*2^10", 1024), ("MegaBytes", 1 << 20)],
)
def test_units_are_known_by_either_name(unit: str, size: int) -> None:
    assert unit_bytes(parsed("<Disk/>"), unit) == size


@settings(deadline=None)
@given(st.integers(0, len(GOOD)), st.text(max_size=8))
def test_whatever_is_wrong_is_an_ovf_fault(place: int, inserted: str) -> None:
    with suppress(vim.fault.OvfFault):
        config_spec(descriptor(GOOD[:place] + inserted + GOOD[place:]), WISHES)
