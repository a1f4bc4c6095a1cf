"""VLAN ids as people write them: 1002, or "1001-1024"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from securemode.environment.values import problem

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

LOWEST, HIGHEST = 1, 4094

_RANGE = re.compile(r"\s*([0-9]{1,4})\s*-\s*([0-9]{1,4})\s*")
_REMEDY = f'state an id from {LOWEST} to {HIGHEST}, or a range like "1001-1024"'


@dataclass(frozen=True, slots=True)
class VlanIds:
    """VLAN ids from first to last, both included."""

    first: int
    last: int

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read a number or a text; write a range."""
        del source, handler
        written = core_schema.plain_serializer_function_ser_schema(cls.written, when_used="json")
        return core_schema.no_info_plain_validator_function(cls.read, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Tell editors both ways of writing."""
        del schema, handler
        number = {"type": "integer", "minimum": LOWEST, "maximum": HIGHEST}
        return {"anyOf": [number, {"type": "string", "pattern": "^[0-9]{1,4} *- *[0-9]{1,4}$"}]}

    def written(self) -> str:
        """The ids as a range, even of one."""
        return f"{self.first}-{self.last}"

    @classmethod
    def read(cls, written: object) -> VlanIds:
        """What is meant by a number, a text, or ids that were read already."""
        if isinstance(written, cls):
            return written
        if isinstance(written, int) and not isinstance(written, bool):
            found = cls(written, written)
        elif isinstance(written, str) and (match := _RANGE.fullmatch(written)):
            found = cls(int(match[1]), int(match[2]))
        else:
            raise problem("is neither a VLAN id nor a range of them", _REMEDY)
        if not LOWEST <= found.first <= found.last <= HIGHEST:
            what = f"is {written}, which is not within {LOWEST} to {HIGHEST}"
            raise problem(what, _REMEDY)
        return found
