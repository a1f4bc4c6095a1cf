"""What a fault is: an operator's mistake, or an appliance that does not do as it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from securemode_lab.appliance.derive import Kind, NodeBehaviour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member
    from securemode_lab.records.record import Records
    from securemode_lab.services.behaviour import SiteBehaviour
    from securemode_lab.vcenter.vcenter import VCenter

Change = Callable[[NodeBehaviour], NodeBehaviour]
Edit = Callable[["Deployment", "Sequence[Member]"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What every sort of fault has.

    Attributes:
        name: by which the control socket knows it.
        turns: exactly the requirements whose verdict must become *fail*.
        clouds: those that become *inconclusive*, as the fault takes their positive control away.
        opens: those that become *not reviewed*, as nobody states them any more.
        early: whether it is switched on before the set-ups, on a lab as it comes out of the box.
        beside: name of another fault without which this one does not show, or empty.
        controls: those of the STIGs that become what HOST-01 becomes.
        text: what is wrong, in a sentence.
        sort: whether somebody made a mistake, or something lies.
    """

    name: str
    turns: tuple[str, ...]
    text: str
    clouds: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    early: bool = False
    beside: str = ""
    controls: tuple[str, ...] = ()

    sort: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconfiguration(Fault):
    """A wizard answer or a setting that an operator got wrong.

    Attributes:
        answers: of the security wizard, which is run again; every node restarts after it.
        settings: fields by resource: "global", "system_location" (all of them), or those of nodes:
            "node" (of either kind), "management_vm", "worker_vm".
        edit: what else is written, deleted or added, for the nodes that are given to it.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    edit: Edit | None = None

    sort = "misconfiguration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten(Fault):
    """A Conferencing Node that nobody restarted when the security wizard had been run again.

    Attributes:
        answers: of the wizard's run before, by which the node still goes.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)

    sort = "misconfiguration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect(Fault):
    """One appliance's lie: its configuration is right and what it does is not.

    Attributes:
        change: from the behaviour that follows from the configuration to the real one.
        kind: of the node that has it unless nodes are named.
    """

    change: Change
    kind: Kind = Kind.CONFERENCING

    sort = "defect"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDefect(Fault):
    """A service of the site that does not do as it should; the product is innocent.

    Attributes:
        change: from how the services behave to how they do with this defect.
    """

    change: Callable[[SiteBehaviour], SiteBehaviour]

    sort = "defect"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMistake(Fault):
    """A record of the operator's that tells of something wrong, or is worth nothing.

    Attributes:
        change: from what the operator's files say to what they say with this mistake.
    """

    change: Callable[[Records], Records]

    sort = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDefect(Fault):
    """The Management Node keeps other answers than the security wizard was given and nodes take.

    Attributes:
        answers: what stands in its `security.json` instead.
    """

    answers: Mapping[str, Any]

    sort = "defect"


@dataclass(frozen=True, slots=True, kw_only=True)
class VSphereMistake(Fault):
    """A host, a virtual machine or a network of vCenter's that somebody has set up wrongly.

    Attributes:
        change: what is wrong, done to vCenter's inventory.
    """

    change: Callable[[VCenter, Deployment], None]

    sort = "misconfiguration"

    @classmethod
    def of_control(
        cls,
        control: str,
        text: str,
        change: Callable[[VCenter, Deployment], None],
        *,
        suffix: str = "",
    ) -> VSphereMistake:
        """A mistake that one control of a STIG finds and nothing else.

        Args:
            control: its id, by which the mistake is called.
            text: what is wrong, in a sentence.
            change: what is wrong, done to vCenter's inventory.
            suffix: of the name, for a further way to get the same control wrong.
        """
        return cls(
            name=f"stig-{control.lower()}{suffix}",
            turns=("HOST-01",),
            controls=(control,),
            text=text,
            change=change,
        )
