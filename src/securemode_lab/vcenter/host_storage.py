"""Storage adapters of an ESXi host."""

from __future__ import annotations

from typing import Any

from pyVmomi import vim

from securemode_lab.vcenter.required import filled


def storage() -> Any:
    """Storage adapters: one of the machine's own, none of iSCSI."""
    adapter = vim.host.BlockHba(
        key="key-vim.host.BlockHba-vmhba0",
        device="vmhba0",
        bus=2,
        status="unknown",
        model="Lab RAID Controller",
        driver="lsi_mr3",
    )
    return vim.host.StorageDeviceInfo(
        hostBusAdapter=[adapter], scsiLun=[], softwareInternetScsiEnabled=False
    )


def iscsi_adapter() -> Any:
    """An iSCSI adapter as it is when somebody switches it on: nobody proves anything by CHAP."""
    return filled(
        vim.host.InternetScsiHba,
        key="key-vim.host.InternetScsiHba-vmhba64",
        device="vmhba64",
        bus=0,
        status="online",
        model="iSCSI Software Adapter",
        driver="iscsi_vmk",
        isSoftwareBased=True,
        iScsiName="iqn.1998-01.com.vmware:esxi-lab",
        authenticationProperties=vim.host.InternetScsiHba.AuthenticationProperties(
            chapAuthEnabled=False,
            chapAuthenticationType="chapProhibited",
            mutualChapAuthenticationType="chapProhibited",
        ),
    )
