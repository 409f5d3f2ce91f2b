"""Steps of `zypi` whose Zypi answers anything at all: what they say of it, and what they never say."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.services.zypi.hostile import hostile, result, told
from wfe_core.errors import OutputError, StepError, UndecidedStepError
from wfe_yaml.executors import ProcessFailedError
from wfe_yaml.testing import RunningStep
from wfe_yaml.zypi import LostAnswerError, RefusedError, UnreachableError

SECRET = "sesame-1f6c-open-the-door-now"


def step(url: str, config: dict[str, Any] | None = None, **others: Any) -> RunningStep:
    """A step that is given a secret."""
    whole = {"image": "busybox", "url": url, "command": ["/bin/true"], "env": {"T": "$<< secrets.TOKEN >>"}}
    return RunningStep({**whole, **(config or {})}, kind="zypi", secrets={"TOKEN": SECRET}, **others)


async def trouble(answer: bytes, **others: Any) -> StepError:
    """The error of a step whose answer is this; no secret is in it."""
    async with hostile(answer) as server:
        made = step(server.url, **others)
        with pytest.raises(StepError) as caught:
            await made.run()
        assert len(server.requests) == 1
        assert SECRET.encode() in server.requests[0]
    for text in (str(caught.value), made.lines.text()):
        assert not any(SECRET[at : at + 6] in text for at in range(len(SECRET) - 5)), text
    return caught.value


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (256, "Zypi tells the exit code 256, which no command has"),
        (-256, "Zypi tells the exit code -256"),
        (512 * 10**30, "Zypi tells the exit code 512000"),
        (-1, "ended by a signal; Zypi does not tell which"),
    ],
)
async def test_no_odd_exit_code_is_a_success(code: int, words: str) -> None:
    """Not even one whose last eight bits are 0."""
    error = await trouble(told(result(exit_code=code)))
    assert isinstance(error, ProcessFailedError)
    assert (error.exit_code, words in str(error)) == (255, True)


@pytest.mark.parametrize("before", [271, 285, 299, 5_000])
async def test_a_secret_is_masked_before_what_zypi_says_is_shortened(before: int) -> None:
    """A part of one would not be found any more; the hint stays whole."""
    said = f'{{"error": "{"x" * before}{SECRET}{"y" * 900}"}}'.encode()
    error = await trouble(told(said, status="500 Internal Server Error"))
    assert isinstance(error, LostAnswerError)
    assert str(error).endswith("; the command may have run: see the log of Zypi")
    assert len(str(error)) < 450


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (f"-32003 not allowed: {SECRET}", RefusedError),
        (f"-32000 exec: {SECRET}: executable file not found in $PATH", ProcessFailedError),
        (f"{'x' * 290} {SECRET} -32000 executable file not found", ProcessFailedError),
        (f"\0\x1b[31m\ud800 {SECRET}\r\n", LostAnswerError),
    ],
)
async def test_a_secret_shows_in_no_error(said: str, kind: type[StepError]) -> None:
    """Whatever else Zypi says with it; what cannot be stored or would move a cursor is not there, either."""
    error = await trouble(told(result(error=said), status="500 Internal Server Error"))
    assert type(error) is kind
    assert str(error).isprintable()


async def test_what_comes_with_a_timeout_is_masked() -> None:
    """What it had written until then is shown like any output."""
    async with hostile(told(result(exit_code=-1, timed_out=True, stdout=f"so far {SECRET}\n"))) as server:
        made = step(server.url)
        with pytest.raises(StepError, match="stopped after its timeout of 60 s"):
            await made.run()
    assert made.lines.text("stdout") == "so far ***"


async def test_odd_texts_are_shown_as_far_as_they_are_texts() -> None:
    """NUL, halves of characters and a line of a megabyte."""
    odd = "a\0b\ud800c\n" + "d" * (1 << 20) + "\nend"
    async with hostile(told(result(stdout=odd, stderr=None))) as server:
        made = step(server.url)
        assert await made.run() == {}
    lines = made.lines.text("stdout").split("\n")
    assert (lines[0], lines[-1]) == ("a\ufffdb?c", "end")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (202, UndecidedStepError),
        (307, RefusedError),
        (401, RefusedError),
        (429, UnreachableError),
        (502, UndecidedStepError),
        (504, UndecidedStepError),
    ],
)
async def test_what_was_not_passed_on_is_no_question(status: int, kind: type[StepError]) -> None:
    """A step that must not run twice waits for a decision only when the command may have run."""
    answer = told(b"", "Location: http://127.0.0.1:1/", status=f"{status} Odd")
    error = await trouble(answer, keys={"idempotent": False, "retry": {"max_attempts": 2}})
    assert type(error) is kind
    assert error.retryable is (kind is UnreachableError)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("n=many", "output 'n': .*int"),
        ("other=1", "'other' is not declared"),
        (f'{{"n": 1, "text": "{SECRET}"}}', "'text' is not declared"),
        ("no pair", "is neither name=value"),
        ("n=1" + "0" * (1 << 20), "more than 1 MiB"),
        ("n=7", None),
    ],
    ids=["no number", "not declared", "secret", "no pair", "large", "good"],
)
async def test_outputs_of_a_guest_are_checked(given: str, words: str | None) -> None:
    """What stands behind the output is the guest's: it is checked as that of any step."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        # The word is in the command that the server was sent.
        word = server.requests[0].split(b'"/bin/sh", "')[1].split(b'", "')[1].decode()
        path = server.requests[0].split(b'"WFE_OUTPUT": "')[1].split(b'"')[0].decode()
        writer.write(told(result(stdout=f"hello\n{word} {path}\n{given}\n{word}.\n")))
        await writer.drain()

    async with hostile(answer) as server:
        made = step(server.url, keys={"outputs": {"n": "int"}})
        if words is None:
            assert await made.run() == {"n": 7}
        else:
            with pytest.raises(OutputError, match=words):
                await made.run()
    assert made.lines.text("stdout") == "hello"
