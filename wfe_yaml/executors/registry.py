"""The types of steps there are: the built-in ones, and others by the entry points `wfe.executors`.

A type is imported when it is first asked for: a file with shell steps pays for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from wfe_core.errors import DefinitionError
from wfe_yaml.executors.base import StepType

GROUP = "wfe.executors"
"""The group of entry points in which other packages name their types."""
BUILT_IN = {
    "shell": "wfe_yaml.executors.shell:ShellExecutor",
    "browser": "wfe_yaml.executors.types.browser:BrowserExecutor",
    "delay": "wfe_yaml.executors.types.delay:DelayExecutor",
    "deno": "wfe_yaml.executors.types.deno:DenoExecutor",
    "docker": "wfe_yaml.executors.types.docker:DockerExecutor",
    "http": "wfe_yaml.executors.types.http:HttpExecutor",
    "log": "wfe_yaml.executors.types.log:LogExecutor",
    "python": "wfe_yaml.executors.types.python:PythonExecutor",
    "transform": "wfe_yaml.executors.types.transform:TransformExecutor",
    "zypi": "wfe_yaml.executors.types.zypi:ZypiExecutor",
}
"""Where the built-in types are."""
MADE = {"services": "wfe_yaml.executors.types.services:ServicesExecutor"}
"""Types of steps that the compiler makes itself, for keys of the language: nobody writes them."""


class StepTypes(Mapping[str, type[StepType]]):
    """The types of steps by the word after `type:`; built-in ones cannot be replaced."""

    def __init__(self, points: Mapping[str, EntryPoint] | None = None) -> None:
        self._points = points
        self._loaded: dict[str, type[StepType]] = {}

    def __getitem__(self, name: str) -> type[StepType]:
        """Give a type.

        Raises:
            KeyError: there is none of that name.
            DefinitionError: the package that has it does not work.
        """
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = (
                _built_in(name) if name in BUILT_IN or name in MADE else _load(self._others()[name])
            )
        return found

    def __iter__(self) -> Iterator[str]:
        """Give the names, those of the built-in types first."""
        return iter(dict.fromkeys([*BUILT_IN, *self._others()]))

    def __len__(self) -> int:
        """Count the types."""
        return sum(1 for _ in self)

    def _others(self) -> Mapping[str, EntryPoint]:
        if self._points is None:
            self._points = {point.name: point for point in entry_points(group=GROUP)}
        return self._points


@cache
def executors() -> StepTypes:
    """Give the types of steps of this installation."""
    return StepTypes()


def _built_in(name: str) -> type[StepType]:
    module, _, attribute = {**BUILT_IN, **MADE}[name].partition(":")
    found: type[StepType] = getattr(import_module(module), attribute)
    return found


def _load(point: EntryPoint) -> type[StepType]:
    whose = f"the type of step {point.name!r} ({point.value}, in {_package(point)})"
    try:
        found: Any = point.load()
    except Exception as exc:
        raise DefinitionError(f"{whose} cannot be loaded: {exc}; update or remove that package") from exc
    if not isinstance(found, type) or not issubclass(found, StepType):
        raise DefinitionError(f"{whose} is no type of step: it must extend wfe_yaml.Executor")
    for word in ("name", "config"):
        if not hasattr(found, word):
            raise DefinitionError(f"{whose} has no {word!r}: set it in the class {found.__name__}")
    return found


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown package"
