"""The type `log`: says something."""

from __future__ import annotations

import logging
from typing import ClassVar, Literal

from pydantic import Field

from wfe_yaml.executors.base import ConfigModel
from wfe_yaml.executors.configs import Config
from wfe_yaml.executors.executor import Executor, StepAttempt
from wfe_yaml.executors.masking import mask_text


class LogConfig(Config):
    """What a log step needs."""

    message: str = Field(description="What it says; each line becomes a line of the step.")
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much it matters."
    )


class LogExecutor(Executor[LogConfig]):
    """Says something: a message of a level, which is stored and shown with the step."""

    name: ClassVar[str] = "log"
    config: ClassVar[ConfigModel] = LogConfig

    async def run(self, config: LogConfig, attempt: StepAttempt) -> None:
        """Say it."""
        level = logging.getLevelNamesMapping()[config.level.upper()]
        for line in mask_text(config.message, attempt.secrets).splitlines() or [""]:
            attempt.ctx.log.log(level, "%s", line)
