"""The console of each node as the wizards see it: what they read, and what they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.appliance.derive import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode_lab.appliance.answers import Answers
    from securemode_lab.appliance.install_wizard import InstallValues
    from securemode_lab.deployment import Deployment


class NodeConsole:
    """What stands behind one console; see `appliance.console.ConsoleState`.

    Args:
        deployment: to which the node belongs.
        name: of the node.
        kind: which decides whether there are wizards.
        password: of the operating system's `admin`; None before the first log-in.
    """

    def __init__(self, deployment: Deployment, name: str, kind: Kind, password: str | None) -> None:
        self.os_password = password
        self.is_management = kind is Kind.MANAGEMENT
        self._deployment = deployment
        self._name = name

    @property
    def answers(self) -> Answers:
        """The wizard's on the Management Node; elsewhere those that the node has taken."""
        if self.is_management:
            return self._deployment.answers
        return self._deployment.member(self._name).taken

    @answers.setter
    def answers(self, answers: Answers) -> None:
        self._deployment.secure(answers)

    @property
    def installed(self) -> bool:
        """Whether the installation wizard has been completed."""
        return not self.is_management or self._deployment.installed

    @property
    def variants(self) -> Mapping[str, str]:
        """What the lab varies."""
        return self._deployment.variants

    def install(self, values: InstallValues) -> None:
        """Take the values of the installation wizard."""
        self._deployment.install(values)

    async def restart(self) -> None:
        """Restart the node."""
        await self._deployment.restart(self._name)
