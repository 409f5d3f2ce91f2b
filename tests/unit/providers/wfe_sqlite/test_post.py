"""Datagrams between processes: best effort, in order, never waiting."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.waiting import PATIENCE
from wfe_sqlite import post as post_module
from wfe_sqlite.post import HINTS, ROWS, SWEEP, Post


@pytest.fixture(autouse=True)
def short_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for sockets that no other test uses."""
    folder = tmp_path_factory.mktemp("t")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@asynccontextmanager
async def opened(file: Path) -> AsyncGenerator[tuple[Post, list[bytes]]]:
    """A post that keeps what it gets."""
    post, got = Post(file), list[bytes]()
    for kind in (HINTS, ROWS, SWEEP):
        post.on(kind, lambda body, kind=kind: got.append(kind + body))  # type: ignore[misc]
    await post.open()
    try:
        yield post, got
    finally:
        await post.close()


async def until(true: Callable[[], bool]) -> None:
    """Let the loop go on until something is true."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))])


async def test_everybody_hears_the_others(file: Path) -> None:
    """Also who came before and who came after; nobody hears himself."""
    async with opened(file) as (one, first), opened(file) as (two, second), opened(file) as (three, third):
        await until(lambda: len(one._peers) == len(two._peers) == len(three._peers) == 2)
        one.send(HINTS, b"from one")
        three.send(ROWS, b"from three")
        await until(lambda: len(first) == 1 and len(second) == 2 and len(third) == 1)
        assert (first, sorted(second), third) == (
            [b"Rfrom three"],
            [b"Hfrom one", b"Rfrom three"],
            [b"Hfrom one"],
        )


async def test_files_do_not_mix(tmp_path: Path) -> None:
    """Each database has a folder of its own."""
    async with opened(tmp_path / "a.db") as (one, _), opened(tmp_path / "b.db") as (two, got):
        one.send(HINTS, b"x")
        assert one.alone
        assert two.alone
        assert got == []


async def test_long_messages_arrive_whole(file: Path) -> None:
    """In parts, in order, between short ones."""
    messages = [b"a" * 10, b"b" * 200_000, b"c", b"d" * 59_999, b"e" * 60_000, os.urandom(1_000_000), b""]
    async with opened(file) as (one, _), opened(file) as (_, got):
        await until(lambda: not one.alone)
        for message in messages:
            one.send(ROWS, message)
        await until(lambda: len(got) == len(messages))
        assert got == [ROWS + message for message in messages]


async def test_a_receiver_that_stands_still_holds_up_nobody(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not fit is dropped; when it goes on again, it is told that something is missing."""
    monkeypatch.setattr(post_module, "_WAITING", 100_000)
    async with opened(file) as (one, _), opened(file) as (two, got):
        await until(lambda: not one.alone)
        loop, bound = asyncio.get_running_loop(), two._socket
        assert bound is not None
        loop.remove_reader(bound.fileno())
        for n in range(100):
            one.send(HINTS, b"%d" % n + b"x" * 10_000)
        assert next(iter(one._peers.values())).size <= 100_000
        loop.add_reader(bound.fileno(), two._receive)
        await until(lambda: SWEEP in got)
        hints = [message for message in got if message[:1] == HINTS]
        assert 0 < len(hints) < 100
        one.send(HINTS, b"again")
        await until(lambda: got[-1] == b"Hagain")


async def test_a_receiver_that_stands_still_for_long_is_given_up(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for it is forgotten; it is told when it takes something again."""
    monkeypatch.setattr(post_module, "_STUCK", 3)
    async with opened(file) as (one, _), opened(file) as (two, got):
        await until(lambda: not one.alone)
        loop, bound = asyncio.get_running_loop(), two._socket
        assert bound is not None
        loop.remove_reader(bound.fileno())
        peer = next(iter(one._peers.values()))
        while not peer.overflowed:
            one.send(HINTS, b"x" * 50_000)
            await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))])
        assert peer.size == 0
        loop.add_reader(bound.fileno(), two._receive)
        await until(lambda: len(got) > 0)
        one.send(HINTS, b"again")
        await until(lambda: SWEEP in got)


async def test_who_has_died_is_forgotten(file: Path, short_folder: Path) -> None:
    """Its socket is noticed by the first message, and removed by the next process that comes."""
    code = f"""
import asyncio, os, tempfile
from pathlib import Path
from wfe_sqlite.post import Post

tempfile.tempdir = {str(short_folder)!r}

async def main():
    await Post(Path({str(file)!r})).open()
    os._exit(0)

asyncio.run(main())
"""
    async with opened(file) as (one, _):
        await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], check=True)
        folder = Path(one._address).parent
        await until(lambda: not one.alone)
        assert count(folder) == 2
        one.send(HINTS, b"x")
        assert one.alone
        async with opened(file) as (two, _):
            assert count(folder) == 2
            await until(lambda: not one.alone and not two.alone)
    assert not exists(folder)


def count(folder: Path) -> int:
    """How many sockets there are."""
    return len(list(folder.iterdir()))


def exists(folder: Path) -> bool:
    """Whether a folder is there."""
    return folder.exists()


async def test_a_folder_that_others_can_use_is_not_used(file: Path, short_folder: Path) -> None:
    """Somebody else could listen: then nothing is sent, and nothing fails."""
    ours = short_folder / f"wfe-{os.getuid()}"
    ours.mkdir(mode=0o777)
    ours.chmod(0o777)
    async with opened(file) as (one, _), opened(file) as (two, _):
        one.send(HINTS, b"x")
        assert one.alone
        assert two.alone


async def test_a_long_path_is_avoided(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket's path has room for about a hundred bytes: /tmp is tried next."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("x" * 100)))
    async with opened(file) as (one, _):
        assert one._address.startswith("/tmp/wfe-")


async def test_nonsense_is_dropped(file: Path) -> None:
    """Parts without their beginning, messages of unknown kinds, datagrams that are too short."""
    async with opened(file) as (one, got), opened(file) as (two, _):
        await until(lambda: not two.alone)
        bound = two._socket
        assert bound is not None
        header = post_module._HEADER
        for datagram in (
            b"x",
            header.pack(1, 1, 2) + b"Hsecond part",
            header.pack(2, 0, 1) + b"?unknown",
            header.pack(3, 0, 2) + b"Hbegin",
            header.pack(4, 1, 2) + b"other end",
            header.pack(5, 0, 1) + b"Hgood",
        ):
            bound.sendto(datagram, one._address)
        await until(lambda: got == [b"Hgood"])


async def test_a_name_that_is_taken_is_skipped(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process with the same id, in another container or long dead, has a socket of that name."""
    numbers = iter([1, 1, 2])
    monkeypatch.setattr(post_module, "_numbers", numbers)
    async with opened(file) as (one, _), opened(file) as (two, _):
        assert (one._address[-2:], two._address[-2:]) == ("-1", "-2")


async def test_without_sockets_there_is_silence(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where sockets cannot be made hints are lost, and the sweep finds the work."""

    def refuse(*_: object) -> socket.socket:
        raise OSError(errno.EAFNOSUPPORT, "no such thing here")

    monkeypatch.setattr(socket, "socket", refuse)
    post = Post(file)
    await post.open()
    post.send(HINTS, b"x")
    assert post.alone
    await post.close()
