"""Asks the Management Node which Conferencing Nodes there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from securemode.environment.models import NodeSettings
from securemode.errors import CannotLook, ConfigurationError
from securemode.infinity.access import management_api
from securemode.infinity.client import ManagementApi

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode.environment.models import Environment


def discovered(environment: Environment, *, looks: bool) -> Environment:
    """The environment with its Conferencing Nodes as the product lists them, ordered by name.

    Args:
        environment: whose `conferencing_nodes` is "discover".
        looks: whether this run may contact the deployment; `--plan` may not.

    Raises:
        ConfigurationError: the nodes cannot be known, and no test can be named after them.
    """
    if not looks:
        raise ConfigurationError(
            f"environment {environment.name}: the Conferencing Nodes are to be discovered, and "
            "this command contacts nothing.",
            remedy="list them under conferencing_nodes:.",
        )
    try:
        api = management_api(ManagementApi, environment)
        rows = api.list("worker_vm")
        locations = {row["resource_uri"]: row["name"] for row in api.list("system_location")}
        nodes = [_node(row, locations) for row in rows]
    except (CannotLook, KeyError, ValidationError) as error:
        raise ConfigurationError(
            f"environment {environment.name}: the Conferencing Nodes cannot be discovered: {error}",
            remedy="put that right, or list them under conferencing_nodes:.",
        ) from error
    ordered = tuple(sorted(nodes, key=lambda node: node.name))
    return environment.with_deployment(conferencing_nodes=ordered)


def _node(row: Mapping[str, object], locations: Mapping[object, object]) -> NodeSettings:
    fqdn = row.get("alternative_fqdn") or f"{row.get('hostname')}.{row.get('domain')}"
    return NodeSettings(
        name=str(row["name"]).replace(" ", "-"),
        ipv4=str(row["address"]),
        ipv6=str(row["ipv6_address"]) if row.get("ipv6_address") else None,
        fqdn=str(fqdn),
        location=str(locations.get(row.get("system_location"), "")),
    )
