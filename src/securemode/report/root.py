"""What every model of the record is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Root of the models: frozen, and no key is accepted that the schema doesn't name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
