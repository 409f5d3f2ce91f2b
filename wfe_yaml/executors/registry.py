"""The types of steps there are: the built-in ones, and a user's own by the entry points `wfe.executors`."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from wfe_yaml.executors.base import Executor
from wfe_yaml.executors.shell import ShellExecutor

LATER = frozenset({"deno", "docker", "zypi", "http", "python", "browser", "transform", "log", "delay"})
"""Types of the language that this version does not have."""


@cache
def executors() -> dict[str, type[Executor]]:
    """Give the executors by the word after `type:`."""
    found: dict[str, type[Executor]] = {ShellExecutor.name: ShellExecutor}
    for point in entry_points(group="wfe.executors"):
        found[point.name] = point.load()
    return found
