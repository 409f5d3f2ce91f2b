"""Files, providers and helpers of the tests of wfe_sqlite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from wfe_core.ports import PersistenceProvider, Providers
from wfe_core.testing import ManualClock
from wfe_sqlite import open_providers

Connect = Callable[..., AbstractAsyncContextManager[Providers]]


@asynccontextmanager
async def entered(providers: Providers) -> AsyncGenerator[Providers]:
    """Enter all parts of a bundle, as a host does."""
    async with AsyncExitStack() as stack:
        for field in fields(providers):
            part: object = getattr(providers, field.name)
            if isinstance(part, AbstractAsyncContextManager):
                await stack.enter_async_context(part)
        yield providers


@pytest.fixture
def clock() -> ManualClock:
    """The time of the test."""
    return ManualClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the database of the test is, or will be."""
    return tmp_path / "w.db"


@pytest.fixture
def connect(file: Path, clock: ManualClock) -> Connect:
    """Open one more host's providers on the file of the test; `url` and `clock` can be given."""

    def open_one(
        url: str | None = None, *, clock: ManualClock | None = clock
    ) -> AbstractAsyncContextManager[Providers]:
        return entered(open_providers(url or f"sqlite:///{file}", clock=clock))

    return open_one


@pytest.fixture
async def host(connect: Connect) -> AsyncIterator[Providers]:
    """The providers of a first host."""
    async with connect() as providers:
        yield providers


@pytest.fixture
def store(host: Providers) -> PersistenceProvider:
    """The store of the first host."""
    return host.store


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is true, in real time: for what other processes and threads do."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))], timeout=0.01)
