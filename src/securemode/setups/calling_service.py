"""The service from which the nodes call this run, where the environment lets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode.setups.edits import Plan
from securemode.setups.setup import Change

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.infinity.client import ManagementApi, ManagementWriter, Row

PERMISSION = "outbound_call"
NAME = "Secure mode acceptance"
_REQUIREMENT = "WIZ-13"


def calling_service(environment: Environment, api: ManagementApi) -> Plan:
    """A conference with the alias that the environment states, where no service has it.

    Nothing is written where the environment states no trap, or does not allow calls.
    """
    trap = environment.trap
    if trap is None or PERMISSION not in environment.allow:
        return Plan(notes=(f"no calls are placed: trap or allow: [{PERMISSION}] is missing.",))
    if any(answers_to(row, trap.service_alias) for row in api.list("conference")):
        return Plan()
    return Plan(edits=(NewService(trap.service_alias),))


def answers_to(service: Row, alias: str) -> bool:
    """Whether a service has this alias; the product does not tell their case apart."""
    aliases = service.get("aliases")
    return isinstance(aliases, list) and any(
        str(entry.get("alias") if isinstance(entry, dict) else entry).lower() == alias.lower()
        for entry in aliases
    )


@dataclass(frozen=True, slots=True)
class NewService:
    """A Virtual Meeting Room that nobody enters: the calls from it are declined."""

    alias: str

    @property
    def what(self) -> str:
        """What is written, for the transcript."""
        return f"service {NAME} (alias {self.alias})"

    @property
    def values(self) -> dict[str, Any]:
        """Its fields; the media encryption is that of the global settings."""
        aliases = [{"alias": self.alias, "description": "calls to the acceptance suite"}]
        return {"name": NAME, "service_type": "conference", "aliases": aliases}

    def changes(self) -> list[Change]:
        """The alias that nothing has yet."""
        return [Change(self.what, "alias", "nothing", self.alias, _REQUIREMENT)]

    def write(self, api: ManagementWriter) -> None:
        """Make it."""
        api.post("conference", self.values)
