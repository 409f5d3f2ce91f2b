"""The type `delay`: a pause that survives a restart, as `delay:` on a step does."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from wfe_yaml.executors.base import ConfigModel, StepPause
from wfe_yaml.executors.configs import Config, Grace
from wfe_yaml.executors.executor import Executor, StepAttempt


class DelayConfig(Config):
    """What a delay step needs."""

    duration: Grace = Field(description="How long the pause is.")


class DelayExecutor(Executor[DelayConfig]):
    """Pauses the run; nothing waits in memory meanwhile. `delay: 10s` on a step is short for it."""

    name: ClassVar[str] = "delay"
    config: ClassVar[ConfigModel] = DelayConfig

    async def run(self, config: DelayConfig, attempt: StepAttempt) -> StepPause | None:
        """Ask for the pause; afterwards there is nothing left to do."""
        return StepPause(config.duration, state="paused") if attempt.ctx.state is None else None
