"""What probes declare of their observations leads somewhere in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from securemode.probes.declarations import declared_paths, probe_classes

if TYPE_CHECKING:
    from collections.abc import Iterator

DECLARING = [
    (probe, path)
    for probe in probe_classes()
    for kind in ("volatile", "surface", "identity")
    for path in sorted(getattr(probe, kind, ()))
]


def test_every_probe_is_found() -> None:
    assert {"tls-endpoint", "configuration", "open-ports", "vsphere-inventory"} <= set(
        declared_paths()
    )


@pytest.mark.parametrize(
    ("probe", "path"), DECLARING, ids=[f"{probe.name}-{path}" for probe, path in DECLARING]
)
def test_a_declared_path_is_one_of_the_observation(probe: Any, path: str) -> None:
    path, _, condition = path.partition(" where ")
    schema = TypeAdapter(probe.observes).json_schema()
    assert leads_somewhere(schema, schema, path.split("."))
    if condition:
        assert condition.split("=")[0] in schema["properties"]


def leads_somewhere(schema: dict[str, Any], part: dict[str, Any], steps: list[str]) -> bool:
    """Whether a path can be walked; free mappings and pairs of texts take any step."""
    if not steps:
        return True
    for shape in shapes(schema, part):
        if shape.get("type") == "object":
            inner = shape.get("properties", {}).get(steps[0])
            if inner is None and "properties" not in shape:
                return True
            if inner is not None and leads_somewhere(schema, inner, steps[1:]):
                return True
        if shape.get("type") == "array" and "prefixItems" in shape:
            return True
    return False


def shapes(schema: dict[str, Any], part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A part of a schema with references, unions and lists opened."""
    if "$ref" in part:
        yield from shapes(schema, schema["$defs"][part["$ref"].rsplit("/", 1)[1]])
    elif "anyOf" in part:
        for one in part["anyOf"]:
            yield from shapes(schema, one)
    elif part.get("type") == "array" and "items" in part and "prefixItems" not in part:
        yield from shapes(schema, part["items"])
    else:
        yield part


def test_a_path_that_leads_nowhere_is_found() -> None:
    [probe] = (one for one in probe_classes() if one.name == "tls-endpoint")
    schema = TypeAdapter(probe.observes).json_schema()
    assert leads_somewhere(schema, schema, ["versions", "suites"])
    assert not leads_somewhere(schema, schema, ["versions", "sweets"])
