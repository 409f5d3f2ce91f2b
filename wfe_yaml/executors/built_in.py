"""The built-in types of steps as functions that make step bodies for the builder."""

from __future__ import annotations

from wfe_yaml.executors.bodies import maker
from wfe_yaml.executors.types.delay import DelayConfig, DelayExecutor
from wfe_yaml.executors.types.log import LogConfig, LogExecutor
from wfe_yaml.executors.types.transform import TransformConfig, TransformExecutor

delay = maker(DelayExecutor, DelayConfig)
log = maker(LogExecutor, LogConfig)
transform = maker(TransformExecutor, TransformConfig)
