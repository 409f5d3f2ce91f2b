"""The suite for types of steps finds what is wrong with broken ones: each law is broken here once."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar, cast

import pytest
from pydantic import BaseModel, ConfigDict, Field

from wfe_core.errors import StepError
from wfe_yaml import Executor
from wfe_yaml.executors import Config, StepAttempt, StepPause, StepResult
from wfe_yaml.testing import ExecutorConformance

Given = Mapping[str, Any] | StepResult | StepPause | None


class ThingConfig(Config):
    """What a thing needs."""

    text: str = Field(default="a", description="A text.")
    n: int = Field(default=1, ge=1, description="A number.")
    how: str = Field(default="", description="How it goes on.")


class Thing(Executor[ThingConfig]):
    """Does a thing: its output is `text`."""

    name = "thing"
    config: ClassVar[type[BaseModel]] = ThingConfig
    gives: ClassVar[frozenset[str]] = frozenset({"text"})

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Do it: well, badly, or for ever."""
        if config.how == "fail":
            raise StepError("no luck")
        attempt.emit("stdout", f"doing {config.text}")
        if config.how == "for ever":
            await asyncio.Event().wait()
        if config.how == "pause" and attempt.ctx.state is None:
            return StepPause(3600, state={"at": 1})
        await asyncio.to_thread(lambda: None)
        return {"text": config.text}


class Suite(ExecutorConformance):
    """The suite, with what a thing can do."""

    executor = Thing
    good = ({}, {"text": "b", "how": "pause"})
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {"greater than or equal to 1": {"n": 0}}
    failing: ClassVar[Mapping[str, Mapping[str, Any]]] = {"no luck": {"how": "fail"}}
    endless: ClassVar[Mapping[str, Any] | None] = {"how": "for ever"}
    secret: ClassVar[Mapping[str, Any] | None] = {"text": "$<< secrets.TOKEN >>"}
    patience: ClassVar[float] = 120.0


# It is no test class of this module.
Suite.__test__ = False  # type: ignore[attr-defined]


async def broken_laws(executor: type[Executor[Any]], **others: Any) -> list[str]:
    """The laws that a type does not keep."""
    suite = type("Broken", (Suite,), {"executor": executor, **others})()
    found: list[str] = []
    for name, law in inspect.getmembers(suite, inspect.ismethod):
        if not name.startswith("test_"):
            continue
        try:
            done = law()
            if inspect.isawaitable(done):
                await done
        except pytest.skip.Exception:
            continue
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever makes a test fail
            found.append(name.removeprefix("test_"))
    return found


async def test_a_sound_type_keeps_all_laws() -> None:
    """So that a law that is broken says something."""
    assert await broken_laws(Thing) == []


# ---------------------------------------------------------------- what it is


class Silent(Thing):
    """Is without a docstring in the end."""


Silent.__doc__ = None


class Shouting(Thing):
    """Has a name that is no word."""

    name = "The Thing"


class Unfinished(Executor[ThingConfig]):
    """Has no `run`."""

    name = "thing"
    config = ThingConfig


class Needy(Thing):
    """Needs something to be made of."""

    def __init__(self, what: str) -> None:
        self.what = what


class MuteConfig(ThingConfig):
    """Has a key without a word about it."""

    more: int = 1


class Mute(Thing):
    """Has a key that nobody describes."""

    config = MuteConfig


class LaxConfig(BaseModel):
    """Takes any key."""

    model_config = ConfigDict(extra="ignore")
    text: str = Field(default="a", description="A text.")
    n: int = Field(default=1, description="A number.")
    how: str = Field(default="", description="How it goes on.")


class Lax(Thing):
    """Takes any key and any number."""

    config = LaxConfig


class Delayed(Thing):
    """Has the name of a built-in type."""

    name = "delay"


@pytest.mark.parametrize(
    ("executor", "laws"),
    [
        (Silent, {"it_says_what_it_is"}),
        (Shouting, {"it_says_what_it_is"}),
        (Unfinished, {"it_says_what_it_is"}),
        (Needy, {"it_says_what_it_is"}),
        (Mute, {"it_says_what_it_is"}),
        (Lax, {"wrong_configs_are_refused", "an_unknown_key_is_refused"}),
        (Delayed, {"wfe_finds_it"}),
    ],
)
async def test_what_it_says_of_itself(executor: type[Executor[Any]], laws: set[str]) -> None:
    """A name, a docstring, descriptions, a class that can be made, a config that is closed."""
    assert laws <= set(await broken_laws(executor))


# ---------------------------------------------------------------- what it gives


class Giving(Thing):
    """Gives what is set in the class."""

    what: ClassVar[object] = None

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Give it."""
        await super().run(config, attempt)
        return cast("Given", self.what)


@pytest.mark.parametrize(
    "what",
    [
        {"text": object()},
        {"text": float("nan")},
        {"text": {1: "a"}},
        {"text": ("a",)},
        {"text": "x" * (2 << 20)},
        ["text"],
        "text",
        7,
        StepResult(outputs={"text": object()}),
        StepPause(1, state=object()),
        StepPause(1, state={"again": 1}),
    ],
    ids=[
        *("object", "nan", "number as a key", "tuple", "large", "list", "text", "number"),
        *("object in a result", "object in a pause", "pause for ever"),
    ],
)
async def test_what_it_gives_is_json(what: object) -> None:
    """Outputs and states are stored: JSON, not too large, by name. A step does not pause for ever."""
    executor = type("Other", (Giving,), {"what": what, "__doc__": "Gives what is no output."})
    assert "good_configs_run" in await broken_laws(executor)


class Crashing(Thing):
    """Fails with what is no failure of a step."""

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Fail."""
        if config.how == "fail":
            raise ValueError("no luck")
        return await super().run(config, attempt)


class Forgetful(Thing):
    """Believes that it runs once."""

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Do nothing the second time."""
        return await super().run(config, attempt) if attempt.ctx.attempt == 1 else None


class Counting(Thing):
    """Keeps in its object what belongs to an attempt."""

    def __init__(self) -> None:
        self.count = 0

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Count the attempts of all runs."""
        self.count += 1
        await super().run(config, attempt)
        return {"text": f"{config.text} {self.count}"}


class Mixing(Thing):
    """Says what one attempt has to say in the name of another."""

    said: StepAttempt

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Speak through whichever attempt came last."""
        self.said = attempt
        await asyncio.to_thread(lambda: None)
        return await super().run(config, self.said)


class Telling(Thing):
    """Goes past what masks secrets."""

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Emit what must not be seen."""
        attempt.ctx.emit("stdout", config.text)
        return await super().run(config, attempt)


@pytest.mark.parametrize(
    ("executor", "law"),
    [
        (Crashing, "failures_are_step_errors"),
        (Forgetful, "it_runs_again_after_a_crash"),
        (Counting, "attempts_do_not_meet"),
        (Mixing, "attempts_do_not_meet"),
        (Telling, "secrets_do_not_show"),
    ],
)
async def test_how_it_runs(executor: type[Executor[Any]], law: str) -> None:
    """Failures, attempts after a crash, attempts side by side, secrets."""
    assert law in await broken_laws(executor)


async def test_what_varies_may_be_named() -> None:
    """An output that is another one each time is no state that attempts share."""
    assert "attempts_do_not_meet" not in await broken_laws(Counting, varies={"text"})


# ---------------------------------------------------------------- how it ends


class Deaf(Thing):
    """Goes on when it is cancelled."""

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Listen to nobody."""
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                return await super().run(config, attempt)


class Polite(Thing):
    """Ends well when it is cancelled."""

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Keep the cancellation to itself."""
        try:
            return await super().run(config, attempt)
        except asyncio.CancelledError:
            return {"text": "cancelled"}


class Sorry(Thing):
    """Makes a failure of its cancellation."""

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Fail instead."""
        try:
            return await super().run(config, attempt)
        except asyncio.CancelledError:
            raise StepError("cancelled") from None


class Hasty(Thing):
    """Leaves a task behind."""

    kept: ClassVar[list[asyncio.Task[bool]]] = []

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Start something, and wait for something else."""
        self.kept.append(asyncio.create_task(asyncio.Event().wait()))
        return await super().run(config, attempt)


class Leaving(Thing):
    """Leaves a process behind."""

    kept: ClassVar[list[asyncio.subprocess.Process]] = []

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Start a program that nobody ends."""
        if config.how == "for ever":
            program = "import signal; signal.pause()"
            self.kept.append(await asyncio.create_subprocess_exec(sys.executable, "-c", program))
        return await super().run(config, attempt)


class Quick(Thing):
    """Has no end that it could wait for."""

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """End at once."""
        return await super().run(config.model_copy(update={"how": ""}), attempt)


class Quiet(Thing):
    """Never says that it has begun, and never ends."""

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Wait."""
        if config.how == "for ever":
            await asyncio.Event().wait()
        return await super().run(config, attempt)


@pytest.fixture
async def _nothing_left() -> AsyncIterator[None]:
    """What the broken ones leave behind ends here."""
    yield
    while Leaving.kept:
        process = Leaving.kept.pop()
        process.kill()
        await process.wait()
    Hasty.kept.clear()


@pytest.mark.usefixtures("_nothing_left")
@pytest.mark.parametrize("executor", [Deaf, Polite, Sorry, Hasty, Leaving, Quick, Quiet])
async def test_how_it_ends(executor: type[Executor[Any]]) -> None:
    """A cancelled attempt ends as cancelled, with all that it started; the suite itself never hangs."""
    patience = 0.5 if executor in (Deaf, Quiet) else 120.0
    assert "it_stops_when_cancelled" in await broken_laws(executor, patience=patience)


class Hanging(Thing):
    """Never ends, though it should."""

    async def run(self, config: ThingConfig, attempt: StepAttempt) -> Given:
        """Wait for what never comes."""
        return await super().run(config.model_copy(update={"how": "for ever"}), attempt)


async def test_a_step_that_never_ends_is_given_up() -> None:
    """After the patience of the suite."""
    broken = await broken_laws(Hanging, patience=0.2, secret=None)
    assert {"good_configs_run", "attempts_do_not_meet", "it_runs_again_after_a_crash"} <= set(broken)
