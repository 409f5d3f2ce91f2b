"""The keeper of a session with the clock of the machine: a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.unit.wfe_host.keepers import FakeLocks, Host, until
from wfe_core.clock import SystemClock, boot_seconds
from wfe_core.errors import ProviderUnavailableError
from wfe_core.ports import SessionState
from wfe_host import sessions


@pytest.fixture
async def real() -> AsyncIterator[Host]:
    """A host with the machine's clock and a session of 0.8 seconds."""
    host = Host(SystemClock(), "0.8s")
    yield host
    await host.keeper.close()


async def test_a_thread_renews_while_the_loop_is_blocked(real: Host) -> None:
    """Renewals come from a thread of their own, so that blocking the host's loop costs nothing."""
    await real.keeper.open()
    time.sleep(1.0)  # noqa: ASYNC251 - the point of the test
    assert len(real.locks.renewed) >= 3
    assert real.locks.threads == {"wfe-session"}
    await asyncio.sleep(0)
    assert real.lost == []


async def test_the_thread_tells_the_host_of_the_loss(real: Host) -> None:
    """When renewals fail for half the time-to-live, `on_lost` is called on the host's loop."""
    await real.keeper.open()
    real.locks.down = True
    begin = boot_seconds()
    await until(lambda: bool(real.lost))
    assert boot_seconds() - begin > 0.1
    assert [name for _, name in real.lost] == ["MainThread"]


async def test_a_renewal_that_hangs_costs_the_session_in_time(real: Host) -> None:
    """A store that doesn't answer at all is noticed as early as one that refuses."""
    await real.keeper.open()
    real.locks.hangs = asyncio.Event()
    await until(lambda: bool(real.lost))
    assert len(real.locks.renewed) >= 1


async def test_time_asleep_counts(real: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that slept longer than half the time-to-live has lost its session when it wakes."""
    await real.keeper.open()
    await until(lambda: len(real.locks.renewed) >= 1)
    monkeypatch.setattr(sessions, "boot_seconds", lambda: boot_seconds() + 0.6)
    await until(lambda: bool(real.lost))


async def test_the_thread_revives_a_forgotten_session(real: Host) -> None:
    """Also from the thread a session is opened again on the host's loop, the only one for that."""
    await real.keeper.open()
    real.locks.known.clear()
    await until(lambda: len(real.locks.opened) == 2)
    count = len(real.locks.renewed)
    await until(lambda: len(real.locks.renewed) >= count + 3)
    assert real.lost == []


async def test_a_thread_that_cannot_revive_tries_again(real: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revival that fails counts as a failed renewal, and at last as a loss."""
    await real.keeper.open()
    real.locks.known.clear()

    async def refuse(ids: Sequence[str]) -> dict[str, SessionState]:
        msg = "no route"
        raise ProviderUnavailableError(msg)

    monkeypatch.setattr(real.locks, "states", refuse)
    await until(lambda: bool(real.lost))
    assert len(real.locks.renewed) >= 2


async def test_a_revival_that_comes_too_late_is_dropped(real: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revival that is still on its way when the session is lost does no harm."""
    await real.keeper.open()
    real.locks.known.clear()
    gate = asyncio.Event()

    async def hang(ids: Sequence[str]) -> dict[str, SessionState]:
        await gate.wait()
        return {}

    monkeypatch.setattr(real.locks, "states", hang)
    await until(lambda: bool(real.lost))
    gate.set()
    await until(lambda: len(real.locks.opened) == 2)
    assert len(real.lost) == 1


async def test_a_loss_that_arrives_after_the_end_is_not_told(real: Host) -> None:
    """Once the keeper is closed, the host hears of no loss any more."""
    await real.keeper.open()
    real.locks.down = True
    time.sleep(0.6)  # noqa: ASYNC251 - the message waits for the loop
    await real.keeper.close()
    assert real.lost == []


async def test_closing_right_after_opening() -> None:
    """A thread that has hardly begun ends just as well."""
    host = Host(SystemClock(), "0.4s")
    await host.keeper.open()
    await host.keeper.close()
    assert host.locks.closed == ["id-0001"]


async def test_the_clock_follows_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each renewal sets the clock to the store's time, corrected for what passed on the way to the loop."""
    host = Host(SystemClock(), "0.8s")
    ahead = 3_600_000_000
    real_now = SystemClock().now
    host.locks.now = lambda: real_now() + ahead
    await host.keeper.open()
    assert host.clock.now() - real_now() == pytest.approx(ahead, abs=50_000)
    time.sleep(0.35)  # noqa: ASYNC251 - the answers lie about meanwhile
    await asyncio.sleep(0.01)
    assert host.clock.now() - real_now() == pytest.approx(ahead, abs=50_000)
    await host.keeper.close()


async def test_closing_ends_the_thread(real: Host) -> None:
    """After `close` nothing renews any more and no thread is left."""
    await real.keeper.open()
    await until(lambda: len(real.locks.renewed) >= 1)
    await real.keeper.close()
    count = len(real.locks.renewed)
    await asyncio.sleep(0.3)
    assert len(real.locks.renewed) == count
    assert all(thread.name != "wfe-session" for thread in threading.enumerate())


async def test_the_thread_closes_its_connection_before_its_loop_ends(real: Host) -> None:
    """The provider is told on the loop that renewed, once, after a renewal on its way was given up."""
    await real.keeper.open()
    await until(lambda: len(real.locks.renewed) >= 1)
    real.locks.hangs = asyncio.Event()
    await until(lambda: real.locks.renewing == 1)
    await real.keeper.close()
    assert real.locks.renewals_ended == [("wfe-session", False)]


async def test_a_lost_session_closes_its_connection_too(real: Host, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever became of the session; a provider that cannot is no reason to fail."""
    await real.keeper.open()
    real.locks.down = True
    await until(lambda: bool(real.locks.renewals_ended))
    assert [name for name, _ in real.locks.renewals_ended] == ["wfe-session"]
    await until(lambda: "was not closed: no route" in caplog.text)
    assert real.keeper.lost


async def test_closing_waits_for_no_thread_that_hangs(real: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that blocks the session's thread keeps no host from ending."""
    monkeypatch.setattr("wfe_host.renewal._GOODBYE", 0.05)
    gate = threading.Event()

    async def block(session_id: str, *, ttl: int) -> int | None:
        gate.wait()
        return 0

    monkeypatch.setattr(real.locks, "renew", block)
    await real.keeper.open()
    await asyncio.sleep(0.3)
    async with asyncio.timeout(2):
        await real.keeper.close()
    gate.set()


def test_a_loop_that_ended_is_told_nothing() -> None:
    """A host that was abandoned with its loop leaves a thread that ends quietly."""
    made: list[Host] = []

    async def abandon() -> None:
        host = Host(SystemClock(), "0.2s")
        made.append(host)
        await host.keeper.open()
        host.locks.known.clear()

    asyncio.run(abandon())
    deadline = time.monotonic() + 5
    while any(thread.name == "wfe-session" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert made[0].lost == []


def test_a_loop_that_ends_in_the_middle_of_a_revival(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread is told when the host's loop ends before its session was revived."""
    hanging = threading.Event()

    async def hang(self: FakeLocks, ids: Sequence[str]) -> dict[str, SessionState]:
        hanging.set()
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(FakeLocks, "states", hang)

    async def abandon() -> None:
        host = Host(SystemClock(), "0.8s")
        await host.keeper.open()
        host.locks.known.clear()
        await until(hanging.is_set)

    asyncio.run(abandon())
    deadline = time.monotonic() + 5
    while any(thread.name == "wfe-session" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
