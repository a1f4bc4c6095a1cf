"""What the parts of an environment are made of: their base class, their errors, their limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError, core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

GUIDE = "the guide"
PRODUCT = "the product"
PROTOCOL = "the protocol"
SUITE = "the suite"


class Part(BaseModel):
    """Base of every part: frozen, no unknown keys, no guessing of types."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


def problem(what: str, remedy: str, *, key: str = "") -> PydanticCustomError:
    """An error of ours.

    Args:
        what: a sentence without its subject, the field: "is 9000, the guide allows at most 1500".
        remedy: what the reader can do, in the imperative, without a full stop.
        key: the key below the validated value where that is what is wrong.
    """
    return PydanticCustomError("environment", what, {"remedy": remedy, "key": key})


@dataclass(frozen=True, slots=True)
class Between:
    """Annotation of a number: its limits and who set them.

    Attributes:
        lowest: smallest value allowed.
        highest: largest value allowed, None for no limit.
        floor: who says so of the smallest.
        ceiling: who says so of the largest.
    """

    lowest: float
    highest: float | None = None
    floor: str = GUIDE
    ceiling: str = GUIDE

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Check the type first, then the limits."""
        return core_schema.no_info_after_validator_function(self._within, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Tell editors the limits."""
        highest = {} if self.highest is None else {"maximum": self.highest}
        return handler(schema) | {"minimum": self.lowest} | highest

    def _within(self, value: float) -> float:
        if value < self.lowest:
            raise problem(f"is {value}, {self.floor} allows at least {self.lowest}", self._remedy)
        if self.highest is not None and value > self.highest:
            raise problem(f"is {value}, {self.ceiling} allows at most {self.highest}", self._remedy)
        return value

    @property
    def _remedy(self) -> str:
        if self.highest is None:
            return f"state {self.lowest} or more"
        return f"state a number from {self.lowest} to {self.highest}"


Text = Annotated[str, Field(min_length=1)]
Port = Annotated[int, Between(1, 65535, floor=PROTOCOL, ceiling=PROTOCOL)]
Dscp = Annotated[int, Between(0, 63, floor=PROTOCOL, ceiling=PROTOCOL)]
Days = Annotated[int, Between(1, 3650, floor=SUITE, ceiling=SUITE)]
Iops = Annotated[int, Between(16, floor="vSphere")]
