"""`Services`: what `Inject[T]` parameters are filled with."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import MappingProxyType, TracebackType
from typing import Any, cast

from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.definition.nodes import StepNode
from wfe_core.errors import DefinitionError


class Services(AbstractAsyncContextManager[Mapping[type, object]]):
    """The services of a host, by type; they live from its start to its stop.

    Each value is the service itself, or makes it when the host starts: a class or function without
    parameters, a coroutine function, or one that gives an async context manager (as those decorated with
    `contextlib.asynccontextmanager`), which is entered then and left, in reverse order, when the host stops.
    A value that is an instance of its type is taken as it is, also if it can be called.

    Args:
        given: services or their makers, by the type that steps ask for.
    """

    def __init__(self, given: Mapping[Any, object]) -> None:
        self._given = dict(given)
        self._made: dict[type, object] = {}
        self._stack: AsyncExitStack | None = None

    async def __aenter__(self) -> Mapping[type, object]:
        """Make the services.

        Raises:
            Exception: whatever a maker raises, with a note that names the type; those made before are closed.
        """
        self._made = {}
        async with AsyncExitStack() as stack:
            self._made |= await _make_all(self._given, stack)
            self._stack = stack.pop_all()
        return MappingProxyType(self._made)

    async def add(self, given: Mapping[Any, object]) -> None:
        """Take further services; while the host runs they are made at once.

        Raises:
            ValueError: there is a service of such a type already.
            Exception: whatever a maker raises, with a note that names the type; none of `given` is kept.
        """
        known = [_name(kind) for kind in given if kind in self._given]
        if known:
            msg = f"the host has a service of type {known[0]} already"
            raise ValueError(msg)
        if self._stack is not None:
            async with AsyncExitStack() as stack:
                self._made |= await _make_all(given, stack)
                self._stack.push_async_exit(stack.pop_all())
        self._given |= given

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the services, the last one first."""
        stack, self._stack = self._stack, None
        if stack is not None:
            await stack.__aexit__(kind, exc, traceback)

    def check(self, definition: WorkflowDefinition[Any]) -> None:
        """See that there is a service for every parameter that wants one.

        Raises:
            DefinitionError: there is none; names each step and parameter, and the remedy.
        """
        problems = [
            f"workflow {definition.id!r}, step {node.key!r}: the parameter {parameter!r} wants a service of "
            f"type {_name(kind)}, and this host has none: give it services={{{_name(kind)}: ...}}, or call "
            f"host.provide({{{_name(kind)}: ...}}) before it is registered"
            for node in definition.steps.values()
            if isinstance(node, StepNode)
            for parameter, kind in node.binding.injects.items()
            if kind not in self._given
        ]
        if problems:
            raise DefinitionError(*problems)


async def _make_all(given: Mapping[Any, object], stack: AsyncExitStack) -> dict[Any, object]:
    made: dict[Any, object] = {}
    for kind, value in given.items():
        try:
            made[kind] = await _make(kind, value, stack)
        except Exception as exc:
            exc.add_note(f"while the host made its service {_name(kind)}")
            raise
    return made


async def _make(kind: Any, value: Any, stack: AsyncExitStack) -> object:
    if not callable(value) or _is_one(value, kind):
        return value
    made = value()
    if isinstance(made, AbstractAsyncContextManager):
        return await stack.enter_async_context(cast(AbstractAsyncContextManager[object], made))
    return cast(object, await made) if inspect.isawaitable(made) else made


def _is_one(value: object, kind: Any) -> bool:
    try:
        return isinstance(value, kind)
    except TypeError:  # a protocol or a generic alias, of which nothing is an instance
        return False


def _name(kind: Any) -> str:
    return kind.__qualname__ if isinstance(kind, type) else str(kind)
