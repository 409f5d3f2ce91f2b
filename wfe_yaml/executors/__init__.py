"""Types of steps: a base class for your own, and the built-in ones as step bodies for the builder.

`log(message="hello")` and the others give what `.then(…)` takes; `Executor` is what a type of your own
extends.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wfe_yaml.executors.base import ProcessFailedError, StepPause, StepResult
    from wfe_yaml.executors.bodies import ExecutorStep
    from wfe_yaml.executors.built_in import browser, delay, deno, docker, http, log, python, transform, zypi
    from wfe_yaml.executors.configs import Config, Fixed, Grace, Seconds, Size
    from wfe_yaml.executors.executor import Executor, StepAttempt

__all__ = [
    "Config",
    "Executor",
    "ExecutorStep",
    "Fixed",
    "Grace",
    "ProcessFailedError",
    "Seconds",
    "Size",
    "StepAttempt",
    "StepPause",
    "StepResult",
    "browser",
    "delay",
    "deno",
    "docker",
    "http",
    "log",
    "python",
    "transform",
    "zypi",
]

_HOMES = {
    "base": ("ProcessFailedError", "StepPause", "StepResult"),
    "bodies": ("ExecutorStep",),
    "built_in": ("browser", "delay", "deno", "docker", "http", "log", "python", "transform", "zypi"),
    "configs": ("Config", "Fixed", "Grace", "Seconds", "Size"),
    "executor": ("Executor", "StepAttempt"),
}


def __getattr__(name: str) -> Any:
    """Import on first use: the supervisor of a run loads this package, and needs nothing of it."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
