"""Values and data models that the tests of serialization share."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any

from hypothesis import strategies as st
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    computed_field,
)

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
JSON = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)), max_leaves=20
)


def storable(value: Any) -> bool:
    """Whether a JSON value has no NUL and no half surrogate."""
    text = json.dumps(value)
    return "\\u0000" not in text and "\\ud" not in text


class Address(BaseModel):
    """A nested model with an alias, a computed field, and no patience for other keys."""

    model_config = ConfigDict(extra="forbid")

    city: str = Field(alias="City")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def shout(self) -> str:
        """The city, loud."""
        return self.city.upper()


class Order(BaseModel):
    """Typed data."""

    id: str
    total: float = 0.0
    due: dt.datetime | None = None
    to: Address | None = None
    tags: set[str] = set()
    limited: Annotated[int, Field(ge=0, le=9)] = 0


class Opaque:
    """Something without a JSON form."""
