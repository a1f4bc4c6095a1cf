"""Whether a secondary deployment is there, alike, and off: CONT-01 and CONT-03."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from securemode.judges import boot, resources
from securemode.verdicts import Judgement, Verdict, deviates, holds, statement, unclear
from securemode.vsphere.matching import of_node, referred_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from securemode.environment.vsphere import VSphere
    from securemode.judges.virtual_machines import Rule
    from securemode.observations.vsphere import InventorySeen, VirtualMachineSeen
    from securemode.targets import Deployment, Node

OFF = "poweredOff"
FEW = 6


def secondary_mirrors_primary(
    seen: InventorySeen, *, deployment: Deployment, vcenter: VSphere, disk_iops: int | None
) -> Judgement:
    """CONT-01: every node has a counterpart of the same size, on the same networks, as secured.

    What the guide demands of the primary's resources and firmware is demanded of the counterpart
    itself: where the primary lacks it, the counterpart is not to blame.

    Args:
        seen: the inventory.
        deployment: the primary.
        vcenter: what the environment states of both.
        disk_iops: the limit of every disk that the site states.
    """
    rules = _rules(disk_iops)
    found = [_compared(node, seen, vcenter, rules) for node in deployment.nodes]
    expected = "a counterpart of each node, alike in resources, networks and firmware settings"
    said = {verdict: [one for one in found if one.verdict is verdict] for verdict in Verdict}
    if wrong := said[Verdict.FAIL]:
        what = "is not mirrored by its secondary deployment"
        return deviates(what, expected=expected, saw=_listed(wrong))
    if unknown := said[Verdict.INCONCLUSIVE]:
        return unclear(
            "has a secondary deployment that cannot be compared",
            expected=expected,
            saw=_listed(unknown),
            next_step=unknown[0].next_step,
        )
    what = "is mirrored by its secondary deployment"
    return holds(what, expected=expected, saw=_listed(found))


def _listed(found: Sequence[Judgement]) -> str:
    more = f"; and {len(found) - FEW} more" if found[FEW:] else ""
    return "; ".join(one.saw for one in found[:FEW]) + more


def _rules(disk_iops: int | None) -> tuple[Rule, ...]:
    return (
        resources.all_cpu_is_reserved,
        resources.cpu_limit_is_the_reservation,
        resources.cpu_shares_are_normal,
        resources.all_memory_is_reserved,
        resources.memory_limit_is_the_reservation,
        resources.memory_shares_are_normal,
        resources.disk_shares_are_normal,
        resources.disks_are_limited(disk_iops),
        boot.hard_disk_is_first,
        boot.first_scsi_disk_leads,
        boot.setup_is_not_forced,
    )


def _compared(
    node: Node, seen: InventorySeen, vcenter: VSphere, rules: Sequence[Rule]
) -> Judgement:
    """One node and its counterpart; `saw` names the node and what differs."""
    reference = vcenter.contingency.get(node.name)
    if reference is None:
        return _said(Verdict.FAIL, node, "no counterpart is stated")
    other = referred_to(reference, seen.machines)
    primary = of_node(node, seen.machines, vcenter)
    if not other.candidates:
        return _said(Verdict.FAIL, node, other.why)
    if other.machine is None or primary.machine is None:
        return _said(Verdict.INCONCLUSIVE, node, other.why or primary.why)
    return _alike(node, primary.machine, other.machine, seen, rules)


def _alike(
    node: Node,
    primary: VirtualMachineSeen,
    other: VirtualMachineSeen,
    seen: InventorySeen,
    rules: Sequence[Rule],
) -> Judgement:
    if not (primary.is_readable and other.is_readable):
        return _said(Verdict.INCONCLUSIVE, node, "vCenter does not show both configurations")
    judged = [rule(other, seen) for rule in rules]
    wrong = [*_differences(primary, other, seen)]
    wrong += [f"{said.what} ({said.saw})" for said in judged if said.verdict is Verdict.FAIL]
    blind = [said.what for said in judged if said.verdict is Verdict.INCONCLUSIVE]
    verdict = Verdict.FAIL if wrong else Verdict.INCONCLUSIVE if blind else Verdict.PASS
    return _said(verdict, node, f"{other.name} {', '.join(wrong or blind)}".strip())


def _said(verdict: Verdict, node: Node, saw: str) -> Judgement:
    remedy = f"state it under vsphere.contingency.{node.name}, by its managed object id."
    return Judgement(verdict, "", "", f"{node.name}: {saw}", remedy)


def _differences(
    primary: VirtualMachineSeen, other: VirtualMachineSeen, seen: InventorySeen
) -> Iterator[str]:
    """How the counterpart differs from the primary, each as a phrase."""
    compared: tuple[tuple[str, Callable[[VirtualMachineSeen], object]], ...] = (
        ("CPUs", lambda machine: machine.cpu_count),
        ("MB of memory", lambda machine: machine.memory_mb),
        ("disks (KB)", lambda machine: _text(disk.capacity_kb for disk in machine.disks)),
        ("networks", lambda machine: _text(_networks(machine, seen))),
        ("firmware", lambda machine: machine.boot.firmware),
    )
    for what, value in compared:
        has, should = value(other), value(primary)
        if has != should:
            yield f"has {what} {has} instead of {should}"


def _networks(machine: VirtualMachineSeen, seen: InventorySeen) -> Iterator[str]:
    """The VLANs of its network adapters: a network is the same by its VLAN, whatever its name."""
    host = seen.host(machine.host)
    for nic in machine.nics:
        group = host.port_group(nic.port_group) if host else None
        yield str(group.vlan) if group else nic.port_group or "unknown"


def _text(values: Iterator[object]) -> str:
    counted = Counter(str(value) for value in values)
    return " and ".join(sorted(counted.elements())) or "none"


def secondary_is_off(seen: InventorySeen, *, vcenter: VSphere) -> Judgement:
    """CONT-03: every counterpart is off, and nothing turns it on by itself.

    Args:
        seen: the inventory.
        vcenter: what the environment states of the secondary deployment.
    """
    expected = "powered off, started by nobody but people"
    matches = {
        node: referred_to(reference, seen.machines)
        for node, reference in sorted(vcenter.contingency.items())
    }
    if several := [f"{node}: {one.why}" for node, one in matches.items() if one.candidates[1:]]:
        return unclear(
            "has a secondary deployment that cannot be told from other machines",
            expected=expected,
            saw="; ".join(several[:FEW]),
            next_step="state managed object ids under vsphere.contingency in the environment.",
        )
    machines = [match.machine for match in matches.values() if match.machine]
    if not machines:
        what = "has a secondary deployment that vCenter does not know"
        return unclear(what, expected=expected, saw=f"none of {len(matches)} machines")
    awake = [f"{each.name}: {why}" for each in machines for why in _awake(each, seen)]
    return statement(
        good=not awake,
        what="keeps all machines of its secondary deployment off",
        otherwise="has machines of its secondary deployment that are on, or come on by themselves",
        expected=expected,
        saw="; ".join(awake[:FEW]) or f"{len(machines)} powered off",
    )


def _awake(machine: VirtualMachineSeen, seen: InventorySeen) -> Iterator[str]:
    if machine.power != OFF:
        yield machine.power or "power state unknown"
    if any(machine.moid in host.autostarted for host in seen.hosts):
        yield "started with its host"
    if machine.moid in seen.restarted:
        yield "restarted by a rule of vSphere HA"
