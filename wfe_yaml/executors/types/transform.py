"""The type `transform`: computes a value, without starting anything."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from wfe_core.errors import StepError
from wfe_yaml.executors.base import ConfigModel
from wfe_yaml.executors.configs import Config, conflict
from wfe_yaml.executors.executor import Executor, StepAttempt

_WAYS = ("expression", "json_parse", "json_stringify")


class TransformConfig(Config):
    """What a transform step needs."""

    expression: Any = Field(
        default=None, description="The value itself: an expression, or lists and mappings of them."
    )
    json_parse: str | None = Field(default=None, description="A text of JSON that becomes the value it says.")
    json_stringify: Any = Field(default=None, description="A value that becomes a text of JSON.")
    indent: int | None = Field(
        default=None, ge=0, le=8, description="Blanks by which `json_stringify` indents; one line without it."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [word for word in _WAYS if word in self.model_fields_set]
        if len(given) > 1:
            raise conflict(given[1], f"{' and '.join(map(repr, given))} exclude each other")
        if not given:
            message = f"a transform step needs one of {', '.join(_WAYS)}"
            raise ValueError(message)
        return self


class TransformExecutor(Executor[TransformConfig]):
    """Computes a value: its output `result`."""

    name: ClassVar[str] = "transform"
    config: ClassVar[ConfigModel] = TransformConfig
    gives: ClassVar[frozenset[str]] = frozenset({"result"})

    async def run(self, config: TransformConfig, attempt: StepAttempt) -> dict[str, Any]:
        """Compute it.

        Raises:
            StepError: the text is no JSON.
        """
        del attempt
        if "expression" in config.model_fields_set:
            return {"result": config.expression}
        if config.json_parse is None:
            separators = (",", ":") if config.indent is None else (",", ": ")
            text = json.dumps(
                config.json_stringify, ensure_ascii=False, indent=config.indent, separators=separators
            )
            return {"result": text}
        try:
            return {"result": json.loads(config.json_parse, parse_constant=_refuse)}
        except (ValueError, RecursionError) as exc:
            raise StepError(f"json_parse: the text is no JSON: {exc}", retryable=False) from None


def _refuse(word: str) -> Any:
    message = f"{word} is no JSON"
    raise ValueError(message)
