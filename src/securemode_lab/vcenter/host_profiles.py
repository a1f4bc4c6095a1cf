"""Host profiles: what vCenter would configure on the hosts to which they are attached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pyVmomi import vim

from securemode_lab.vcenter.objects import VIEW, Managed, Method

if TYPE_CHECKING:
    from securemode_lab.vcenter.objects import Call, Inventory

_JOINING: Final = "JoinDomainMethodPolicy"
_BY_PASSWORD: Final = "UserInputJoinDomainOption"


def profile_manager() -> Managed:
    """What tells which profiles are attached to a host."""

    def associated(call: Call, entity: Any) -> list[Any]:
        return [
            profile.ref
            for profile in call.inventory.of(vim.profile.host.HostProfile)
            if entity._moId in {host._moId for host in profile.properties["entity"]}  # noqa: SLF001
        ]

    return Managed(
        vim.profile.host.ProfileManager,
        "HostProfileManager",
        methods={"FindAssociatedProfile": Method(associated, VIEW)},
    )


def attach_profile(inventory: Inventory, host: Managed) -> None:
    """A profile that joins the domain with somebody's password, on one host."""
    now = datetime.now(UTC)
    name = "Lab hosts"
    inventory.add(
        Managed(
            vim.profile.host.HostProfile,
            inventory.new_moid("hostprofile"),
            {
                "name": name,
                "config": vim.profile.host.HostProfile.ConfigInfo(
                    name=name, enabled=True, applyProfile=_joining()
                ),
                "entity": [host.ref],
                "complianceStatus": "compliant",
                "createdTime": now,
                "modifiedTime": now,
                "referenceHost": host.ref,
            },
        )
    )


def _joining() -> Any:
    policy = vim.profile.Policy(
        id=_JOINING, policyOption=vim.profile.PolicyOption(id=_BY_PASSWORD, parameter=[])
    )
    domain = vim.profile.host.ActiveDirectoryProfile(enabled=True, policy=[policy])
    return vim.profile.host.HostApplyProfile(
        enabled=True,
        authentication=vim.profile.host.AuthenticationProfile(enabled=True, activeDirectory=domain),
    )
