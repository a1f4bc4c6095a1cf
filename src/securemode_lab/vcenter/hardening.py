"""How a virtual machine is hardened to its STIG."""

from __future__ import annotations

from typing import Any

from pyVmomi import vim

from securemode_lab.vcenter.hardened_values import VIRTUAL_MACHINE


def harden(config: Any) -> None:
    """Give a virtual machine what its STIG asks for beside the devices that it must not have.

    Args:
        config: the machine's `vim.vm.ConfigInfo`; other advanced settings stay as they are.
    """
    ours = {key.lower() for key in VIRTUAL_MACHINE}
    others = [option for option in config.extraConfig or [] if option.key.lower() not in ours]
    settings = [vim.option.OptionValue(key=k, value=v) for k, v in VIRTUAL_MACHINE.items()]
    config.extraConfig = [*others, *settings]
    config.flags = config.flags or vim.vm.FlagInfo()
    config.flags.enableLogging = True
    config.migrateEncryption = "opportunistic"
    config.ftEncryptionMode = "ftEncryptionOpportunistic"
    config.maxMksConnections = 1
    config.guestAutoLockEnabled = True
