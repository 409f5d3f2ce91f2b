"""The built-in types of steps as functions that make step bodies for the builder."""

from __future__ import annotations

from wfe_yaml.executors.bodies import ExecutorStep, takes
from wfe_yaml.executors.types.delay import DelayConfig, DelayExecutor
from wfe_yaml.executors.types.deno import DenoConfig, DenoExecutor
from wfe_yaml.executors.types.log import LogConfig, LogExecutor
from wfe_yaml.executors.types.transform import TransformConfig, TransformExecutor


@takes(DelayConfig)
def delay(config: DelayConfig) -> ExecutorStep[DelayConfig]:
    """Pause durably."""
    return ExecutorStep(DelayExecutor, config)


@takes(DenoConfig)
def deno(config: DenoConfig) -> ExecutorStep[DenoConfig]:
    """Run TypeScript or JavaScript with Deno."""
    return ExecutorStep(DenoExecutor, config)


@takes(LogConfig)
def log(config: LogConfig) -> ExecutorStep[LogConfig]:
    """Say something."""
    return ExecutorStep(LogExecutor, config)


@takes(TransformConfig)
def transform(config: TransformConfig) -> ExecutorStep[TransformConfig]:
    """Compute a value."""
    return ExecutorStep(TransformExecutor, config)
