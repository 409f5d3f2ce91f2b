"""How `Sandbox` and `AsyncSandbox` are used, rightly and wrongly: contexts, threads, loops, bad arguments."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.services.zypi.server import ZypiServer, serving
from tests.waiting import eventually
from wfe_yaml.zypi import AsyncSandbox, RefusedError, Sandbox, ZypiClient, ZypiError

ECHO = ["/bin/echo", "hello"]


@pytest.fixture
def blocking() -> Iterator[ZypiServer]:
    """A Zypi in a thread of its own."""
    with serving() as server:
        yield server


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"timeout": math.inf}, "inf s is no timeout"),
        ({"timeout": math.nan}, "nan s is no timeout"),
        ({"timeout": 0}, "0 s is no timeout"),
        ({"timeout": -1}, "-1 s is no timeout"),
        ({"env": {"A=B": "x"}}, "'A=B' is no name of an environment variable"),
        ({"env": {"": "x"}}, "'' is no name of an environment variable"),
        ({"env": {"A": 1}}, "the variable A is no text"),
        ({"files": {"/tmp/a": b"\xff\0"}}, "the file /tmp/a is no text: .* as with base64"),
        ({"files": {"/tmp/\ud800": "x"}}, "writes no file"),
        ({"files": {"/tmp/a/../../etc/passwd": "x"}}, "writes no file"),
        ({"working_dir": "/\0"}, "the working directory contains the character NUL"),
        ({"working_dir": "/\ud800"}, "the working directory is no text"),
    ],
)
async def test_what_cannot_be_done_is_not_sent(zypi: ZypiServer, given: dict[str, Any], words: str) -> None:
    """It is refused here, before a connection is made."""
    async with AsyncSandbox("busybox") as box:
        with pytest.raises(RefusedError, match=words):
            await box.exec(ECHO, **given)
        for command in ([], ["a\0"], ["\ud800"]):
            with pytest.raises(RefusedError):
                await box.exec(command)
    for image in ("", "\ud800"):
        async with AsyncSandbox(image) as box:
            with pytest.raises(RefusedError, match="name"):
                await box.exec(ECHO)
    assert zypi.requests == []


@pytest.mark.parametrize("image", ["", ".", "..", "a\nb", "\ud800"])
async def test_what_names_no_image_is_not_asked_for(zypi: ZypiServer, image: str) -> None:
    """`..` in an address would lead to another question."""
    async with AsyncSandbox("busybox") as box:
        with pytest.raises(RefusedError, match="is no name of an image"):
            await box.image_status(image)
    assert zypi.begun == 0


@pytest.mark.parametrize("boot", [math.inf, math.nan, -1])
def test_the_time_for_the_start_is_a_number_of_seconds(boot: float) -> None:
    """A client that waits for ever is none that anybody wants."""
    with pytest.raises(RefusedError, match="is no time for the start of a microVM"):
        Sandbox("busybox", boot=boot)


async def test_files_keep_every_character(zypi: ZypiServer) -> None:
    """Unicode, NUL, ends of lines of all kinds, and none at the end; a megabyte is as well."""
    text = "é\u2028\U0001f600\0\r\n\rx" + "a" * (1 << 20)
    async with AsyncSandbox("busybox", files={"/tmp/in": text}) as box:
        result = await box.exec("cp /tmp/in /tmp/out", collect=["/tmp/out"])
        assert result.files["/tmp/out"] == text
        assert (await box.exec(["/bin/cat"], stdin=text)).stdout == text
        binary = await box.exec(r"printf '\377\000' > /tmp/b", collect=["/tmp/b"])
        assert binary.files == {"/tmp/b": "\ufffd\0"}
    assert zypi.requests[0]["files"]["/tmp/in"] == text


async def test_an_error_in_the_body_is_not_changed(zypi: ZypiServer) -> None:
    """It passes through; the sandbox is closed, and can be opened again."""
    box = AsyncSandbox("busybox")

    async def fail() -> None:
        async with box:
            assert await box.check_output(ECHO) == "hello\n"
            raise KeyError("mine")

    for _ in range(2):
        with pytest.raises(KeyError, match="mine"):
            await fail()
        with pytest.raises(RuntimeError, match="use it inside"):
            await box.exec(ECHO)
    assert len(zypi.requests) == 2


async def test_it_is_open_once(zypi: ZypiServer) -> None:
    """A second opening would leave the connections of the first behind."""
    async with ZypiClient(zypi.url) as client:
        with pytest.raises(RuntimeError, match="open already"):
            await client.__aenter__()
        assert await client.health() == "ok"


def test_blocking_code_may_open_it_again(blocking: ZypiServer) -> None:
    """One after the other, not one inside the other."""
    box = Sandbox("busybox", url=blocking.url)

    def fail() -> None:
        with box:
            with pytest.raises(RuntimeError, match="open already"):
                box.__enter__()
            assert box.check_output(ECHO) == "hello\n"
            raise KeyError("mine")

    for _ in range(2):
        with pytest.raises(KeyError, match="mine"):
            fail()
        with pytest.raises(RuntimeError, match="the sandbox is closed"):
            box.exec(ECHO)


def test_closing_ends_what_other_threads_do(blocking: ZypiServer) -> None:
    """They get an error of Zypi at once, and what ran is hung up on."""
    raised: list[ZypiError] = []

    def run() -> None:
        with pytest.raises(ZypiError) as caught:
            box.exec("sleep 600")
        raised.append(caught.value)

    box = Sandbox("busybox", url=blocking.url)
    thread = threading.Thread(target=run)
    with box:
        thread.start()
        eventually(lambda: blocking.running)
    thread.join()
    assert len(raised) == 1
    eventually(lambda: not blocking.running)


async def test_blocking_code_works_inside_a_loop(zypi: ZypiServer) -> None:
    """It blocks that loop, as all blocking code does, and has one of its own."""

    def blocked() -> str:
        async def inside() -> str:
            with Sandbox("busybox", url=zypi.url) as box:
                return box.check_output(ECHO)

        return asyncio.run(inside())

    assert await asyncio.to_thread(blocked) == "hello\n"
