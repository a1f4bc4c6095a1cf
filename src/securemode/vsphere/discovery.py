"""Asks vCenter on which hosts and datastores the virtual machines of a deployment are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.errors import AuthenticationRejected, CannotLook
from securemode.vsphere.matching import of_node, referred_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.environment.models import Environment
    from securemode.observations.vsphere import InventorySeen, VirtualMachineSeen


class _Rejected(Exception):
    """The account is not let in; one that lacks a privilege is."""


def discovered(environment: Environment) -> Environment:
    """The environment with the hosts and datastores under its machines, where it states none.

    A vCenter that can't be asked changes nothing: the scenarios say so, and the rest of the run
    goes on without it. That it rejects the account is kept, so that nobody tries it again.

    Args:
        environment: whose Conferencing Nodes are known.
    """
    vcenter = environment.vsphere
    if vcenter is None or (vcenter.hosts and vcenter.datastores):
        return environment
    if environment.stated_credentials is None or environment.credentials.vsphere is None:
        return environment
    try:
        seen = _read(environment)
    except _Rejected as error:
        return environment.with_deployment(vsphere=vcenter.rejecting(str(error)))
    except CannotLook:
        return environment
    machines = tuple(_machines(environment, seen))
    hosts = {each.host for each in machines}
    stores = {disk.datastore for each in machines for disk in each.disks}
    found = {
        "hosts": tuple(sorted(each.name for each in seen.hosts if each.moid in hosts)),
        "datastores": tuple(sorted(each.name for each in seen.datastores if each.moid in stores)),
    }
    unstated = {key: names for key, names in found.items() if not getattr(vcenter, key)}
    return environment.with_deployment(vsphere=vcenter.model_copy(update=unstated))


def _read(environment: Environment) -> InventorySeen:
    from securemode.vsphere.inventory import read  # noqa: PLC0415 - pyVmomi is heavy
    from securemode.vsphere.session import VSphereSession  # noqa: PLC0415 - as above

    try:
        session = VSphereSession.open(environment)
    except AuthenticationRejected as error:
        raise _Rejected(error.message) from error
    try:
        return read(session)
    finally:
        session.close()


def _machines(environment: Environment, seen: InventorySeen) -> Iterator[VirtualMachineSeen]:
    """Every machine that is, or may be, one of a node or its counterpart."""
    vcenter = environment.vsphere
    assert vcenter is not None
    for node in environment.deployment().nodes:
        yield from of_node(node, seen.machines, vcenter).candidates
    for reference in vcenter.contingency.values():
        yield from referred_to(reference, seen.machines).candidates
