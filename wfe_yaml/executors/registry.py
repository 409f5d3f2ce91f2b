"""The types of steps there are: the built-in ones, and others by the entry points `wfe.executors`.

A type is imported when it is first asked for: a file with shell steps pays for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from inspect import signature
from typing import Any

from pydantic import BaseModel

from wfe_core.errors import DefinitionError
from wfe_yaml.executors.base import StepType
from wfe_yaml.model.records import Record

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
_REMEDY = "update or remove that package"
MADE = {"services": "wfe_yaml.executors.types.services:ServicesExecutor"}
"""Types of steps that the compiler makes itself, for keys of the language: nobody writes them."""


class StepTypes(Mapping[str, type[StepType]]):
    """The types of steps by the word after `type:`; built-in ones cannot be replaced.

    Args:
        points: the entry points of other packages; those of this installation by default.
    """

    def __init__(self, points: Iterable[EntryPoint] | None = None) -> None:
        self._points = points
        self._claims: dict[str, list[EntryPoint]] | None = None
        self._loaded: dict[str, type[StepType]] = {}

    def __getitem__(self, name: str) -> type[StepType]:
        """Give a type.

        Raises:
            KeyError: there is none of that name.
            DefinitionError: the package that has it does not work.
        """
        found = self._loaded.get(name)
        if found is None:
            own = name in BUILT_IN or name in MADE
            found = self._loaded[name] = _built_in(name) if own else _load(self._others()[name])
        return found

    def __iter__(self) -> Iterator[str]:
        """Give the names, those of the built-in types first."""
        return iter(dict.fromkeys([*BUILT_IN, *self._others()]))

    def __len__(self) -> int:
        """Count the types."""
        return sum(1 for _ in self)

    def described(self, name: str) -> type[StepType]:
        """Give a type whose config can be described, too.

        Raises:
            KeyError: there is none of that name.
            DefinitionError: the package that has it does not work.
        """
        found = self[name]
        if name not in BUILT_IN and issubclass(found.config, BaseModel):
            try:
                found.config.model_json_schema()
            except Exception as exc:
                told = f"its config has no JSON schema: {_told(exc)}"
                raise DefinitionError(f"{_whose(self._others()[name][0])}: {told}; {_REMEDY}") from exc
        return found

    def sound(self) -> tuple[dict[str, type[StepType]], dict[str, str]]:
        """Give the types that work, and what is wrong with each other one: it spoils none of the rest."""
        good: dict[str, type[StepType]] = {}
        wrong: dict[str, str] = {}
        for name in self:
            try:
                good[name] = self.described(name)
            except DefinitionError as exc:
                wrong[name] = str(exc)
        return good, wrong

    def hidden(self) -> list[str]:
        """Say which types of other packages nobody can use, because a built-in one has their name."""
        return [
            f"{_whose(point)} is never used: the built-in type of that name cannot be replaced"
            for name, points in self._others().items()
            if name in BUILT_IN
            for point in points
        ]

    def _others(self) -> Mapping[str, list[EntryPoint]]:
        if self._claims is None:
            self._claims = {}
            for point in entry_points(group=GROUP) if self._points is None else self._points:
                self._claims.setdefault(point.name, []).append(point)
        return self._claims


@cache
def executors() -> StepTypes:
    """Give the types of steps of this installation."""
    return StepTypes()


def _built_in(name: str) -> type[StepType]:
    module, _, attribute = {**BUILT_IN, **MADE}[name].partition(":")
    found: type[StepType] = getattr(import_module(module), attribute)
    return found


def _load(points: Sequence[EntryPoint]) -> type[StepType]:
    """Load what an entry point names.

    Raises:
        DefinitionError: it cannot be loaded, or is no type of step; or two packages have one of that name.
    """
    point = points[0]
    if len({each.value for each in points}) > 1:
        claims = " and ".join(f"{_package(each)} ({each.value})" for each in points)
        raise DefinitionError(f"the type of step {point.name!r} is claimed by {claims}: remove one of them")
    whose = _whose(point)
    try:
        found: Any = point.load()
    except (Exception, SystemExit) as exc:
        raise DefinitionError(f"{whose} cannot be loaded: {_told(exc)}; {_REMEDY}") from exc
    if not isinstance(found, type) or not issubclass(found, StepType):
        raise DefinitionError(f"{whose} is no type of step: it must extend wfe_yaml.Executor")
    trouble = type_trouble(found)
    if trouble is not None:
        raise DefinitionError(f"{whose} {trouble}")
    return found


def type_trouble(found: type[StepType]) -> str | None:
    """Say why a class cannot be a type of step; None when it can."""
    for word in ("name", "config"):
        if not hasattr(found, word):
            return f"has no {word!r}: set it in the class {found.__name__}"
    config: object = found.config
    if not isinstance(config, type) or not issubclass(config, (Record, BaseModel)):
        return "has a config that is no model: let the class of it extend wfe_yaml.executors.Config"
    missing = sorted(getattr(found, "__abstractmethods__", ()))
    if missing:
        return f"is not finished: write {', '.join(missing)} in the class {found.__name__}"
    try:
        signature(found).bind()
    except (TypeError, ValueError):
        return f"cannot be made: the class {found.__name__} must need no arguments"
    return None


def fault(name: str, exc: Exception) -> str:
    """Say that the code of a type has failed where it must not."""
    return f"the type of step {name!r} failed while it read this step: {_told(exc)}; {_REMEDY}"


def _whose(point: EntryPoint) -> str:
    return f"the type of step {point.name!r} ({point.value}, in {_package(point)})"


def _told(exc: BaseException) -> str:
    """Give what an error says in one line, with its name where the text alone says little."""
    text = " ".join(str(exc).split())
    return text if isinstance(exc, ImportError) and text else f"{type(exc).__name__}: {text}".rstrip(": ")


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown package"
