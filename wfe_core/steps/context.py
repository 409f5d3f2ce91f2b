"""`StepContext`: what a step body, a condition or a selector sees of the instance it works for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, cast

from typing_extensions import TypeVar

from wfe_core.serialization import DataCodec, loads

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping

    from wfe_core.models import ErrorInfo, Guarded

DataT_co = TypeVar("DataT_co", covariant=True, default=Any)


class ScopeView(Protocol):
    """The loops around a pointer, as the engine sees them."""

    @property
    def index(self) -> int | None:
        """Position of the innermost item."""
        ...

    @property
    def iteration(self) -> int:
        """Number of the innermost `while` iteration, from 0."""
        ...

    @property
    def indices(self) -> tuple[int, ...]:
        """Positions in all enclosing loops, outermost first."""
        ...

    def item(self, name: str | None = None) -> Any:
        """The innermost item, or that of the loop with this name; None outside loops."""

    def names(self) -> tuple[str, ...]:
        """Names of the enclosing named loops."""
        ...

    def guarded(self) -> Guarded | None:
        """How the body of the guard ended whose hook this is in; None outside of hooks."""


class StepPort(Protocol):
    """What the host does for a running body; every call is plain and thread-safe."""

    @property
    def cancelled(self) -> bool:
        """Whether the attempt has been cancelled."""
        ...

    @property
    def log(self) -> logging.LoggerAdapter[logging.Logger]:
        """A logger whose lines are stored with the step."""
        ...

    def emit(self, stream: str, line: str) -> None:
        """Store a line of a stream."""

    def progress(self, percent: float, message: str) -> None:
        """Tell subscribers how far the step is."""

    def heartbeat(self) -> None:
        """Say that the step lives."""

    @property
    def lease_lost(self) -> bool:
        """Whether the instance is no longer this host's."""
        ...

    async def drain(self) -> None:
        """Wait while too many lines wait to be stored."""

    async def stored(self) -> Mapping[tuple[int, str], int]:
        """Give how many bytes of lines are stored for this activation, by attempt and stream."""
        ...


class Items:
    """`ctx.items["name"]`: the current item of each enclosing named loop."""

    def __init__(self, scope: ScopeView) -> None:
        self._scope = scope

    def __getitem__(self, name: str) -> Any:
        """Give the item of the enclosing loop with this name."""
        if name not in self._scope.names():
            have = ", ".join(self._scope.names()) or "none"
            msg = f"no enclosing loop is named {name!r} (named loops here: {have})"
            raise KeyError(msg)
        return self._scope.item(name)


class StepContext(Generic[DataT_co]):
    """What a step sees: its data, its place, and the calls it may make. Private to one attempt.

    Attributes:
        instance_id: id of the instance.
        definition_id: id of its definition.
        version: version of its definition.
        step_key: the step's key in the definition.
        attempt: 1 when the body runs first; raised by retries and by re-runs after a crash, but not when the
            body goes on after its own `sleep`, `persist` or `wait_for_event`.
        failures: how many attempts have failed so far.
        crashes: how many hosts in a row have died while the step ran.
        idempotency_key: the same for all attempts of one run of the step: give it to services outside.
        config: the JSON given by `.config(...)`.
        state: what the step's last `sleep`, `persist` or `wait_for_event` kept, else None.
        event: data of the event the step waited for with `ExecutionResult.wait_for_event`, else None.
        error: in a compensation: what failed, else None.
    """

    __slots__ = (
        "_codec", "_data", "_port", "_scope", "_texts", "attempt", "config", "crashes", "definition_id",
        "error", "event", "failures", "idempotency_key", "instance_id", "output", "pointer_id", "state",
        "step_key", "version",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - built by the engine alone
        self,
        *,
        codec: DataCodec[Any],
        texts: Mapping[str, str],
        scope: ScopeView,
        instance_id: str,
        definition_id: str,
        version: int,
        step_key: str,
        pointer_id: int = 0,
        attempt: int = 0,
        failures: int = 0,
        crashes: int = 0,
        run: int = 0,
        config: Mapping[str, Any] | None = None,
        state: Any = None,
        event: Any = None,
        error: ErrorInfo | None = None,
        output: Any = None,
        port: StepPort | None = None,
    ) -> None:
        self._codec = codec
        self._texts = texts
        self._data: Any = _UNSET
        self._scope = scope
        self._port = port
        self.instance_id: str = instance_id
        self.definition_id: str = definition_id
        self.version: int = version
        self.step_key: str = step_key
        self.pointer_id: int = pointer_id
        self.attempt: int = attempt
        self.failures: int = failures
        self.crashes: int = crashes
        self.idempotency_key: str = f"{instance_id}/{pointer_id}/{run}"
        self.config: Mapping[str, Any] = config if config is not None else {}
        self.state: Any = state
        self.event: Any = event
        self.error: ErrorInfo | None = error
        self.output: Any = output
        """In a compensation: what the step to undo had returned."""

    @property
    def data(self) -> DataT_co:
        """The data as of the start of this attempt, typed; changing it changes nothing: return outputs."""
        if self._data is _UNSET:
            self._data = self._codec.decode(self._texts)
        return cast("DataT_co", self._data)

    def changed_in_place(self) -> tuple[str, ...]:
        """Fields of `data` that were changed in place, which changes nothing (looked at in tests)."""
        if self._data is _UNSET:
            return ()
        before = self._codec.split(self._codec.decode(self._texts))
        after = self._codec.split(self._data)
        return tuple(key for key in {**before, **after} if before.get(key) != after.get(key))

    @property
    def codec(self) -> DataCodec[Any]:
        """What turns the data into JSON and back (for wfe's own use)."""
        return self._codec

    def field(self, name: str) -> Any:
        """One top-level field of the data, decoded alone.

        Raises:
            KeyError: the data has no such field.
        """
        return self._codec.decode_key(name, self._texts[name])

    def texts(self) -> dict[str, str]:
        """The data as JSON texts by field, without wfe's own hidden fields."""
        return {key: text for key, text in self._texts.items() if not key.startswith("~")}

    def has_field(self, name: str) -> bool:
        """Whether the data has this top-level field now."""
        return name in self._texts

    @property
    def item(self) -> Any:
        """The current item of the innermost `for_each`."""
        return self._scope.item()

    @property
    def items(self) -> Items:
        """The current items of the enclosing named loops, by name."""
        return Items(self._scope)

    @property
    def index(self) -> int | None:
        """The position of `item` in its loop."""
        return self._scope.index

    @property
    def indices(self) -> tuple[int, ...]:
        """The positions in all enclosing loops, outermost first."""
        return self._scope.indices

    @property
    def iteration(self) -> int:
        """The number of the current iteration of the innermost `while_do`, from 0."""
        return self._scope.iteration

    @property
    def guarded(self) -> Guarded | None:
        """In a hook of a guard (at any depth): how the guarded body ended; else None.

        `ctx.guarded.status` is `complete`, `failed` or `cancelled`, `ctx.guarded.error` what failed, if it
        did (a YAML step puts its `exit_code` into the `details` of that). Selectors and conditions inside a
        hook see it as steps do.
        """
        return self._scope.guarded()

    @property
    def cancelled(self) -> bool:
        """Whether this attempt has been cancelled; a thread that loops should look at it."""
        return self._port is not None and self._port.cancelled

    @property
    def log(self) -> logging.LoggerAdapter[logging.Logger]:
        """A logger whose lines are stored with the step."""
        return self._live().log

    def emit(self, stream: str, line: str) -> None:
        """Store a line of output (`stream` is a word such as `stdout`) and show it to subscribers."""
        self._live().emit(stream, line)

    def progress(self, percent: float, message: str = "") -> None:
        """Tell subscribers how far the step is, 0 to 100."""
        self._live().progress(percent, message)

    def heartbeat(self) -> None:
        """Say that the step lives; needed at least every `heartbeat_timeout`.

        Raises:
            StepCancelledError: the attempt was cancelled (so that a thread can end).
        """
        self._live().heartbeat()

    @property
    def lease_lost(self) -> bool:
        """Whether the instance is no longer this host's: what it started must end at once."""
        return self._port is not None and self._port.lease_lost

    async def drain(self) -> None:
        """Wait while too many lines wait to be stored; one that writes very much does not lose lines so."""
        await self._live().drain()

    async def stored(self) -> Mapping[tuple[int, str], int]:
        """Give how many bytes of lines are stored for this activation, by attempt and stream.

        Each line counts with the newline after it. Lines of the running attempt may not be stored yet.
        """
        return await self._live().stored()

    def _live(self) -> StepPort:
        if self._port is None:
            msg = "conditions and selectors are pure: they cannot log, emit or beat"
            raise RuntimeError(msg)
        return self._port


_UNSET = object()


class NoScope:
    """The scope outside of all loops."""

    index: int | None = None
    iteration: int = 0
    indices: tuple[int, ...] = ()

    def item(self, name: str | None = None) -> Any:
        """There is no item here."""
        del name

    def names(self) -> tuple[str, ...]:
        """There are no loops here."""
        return ()

    def guarded(self) -> None:
        """There is no guard here."""


def decode_state(text: str | None) -> Any:
    """Give the value of an optional JSON text."""
    return None if text is None else loads(text)
