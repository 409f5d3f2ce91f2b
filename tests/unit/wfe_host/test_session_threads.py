"""The keeper of a session with the clock of the machine: a thread of its own.

The sessions last for 8 seconds of a clock that the tests move, so that a machine which stalls loses none.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.unit.wfe_host.keepers import Boot, FakeLocks, Host
from tests.waiting import PATIENCE, eventually, until
from wfe_core.clock import SystemClock
from wfe_core.errors import ProviderUnavailableError
from wfe_core.ports import SessionState

QUARTER, HALF = 2.0, 4.0


@pytest.fixture
def boot(monkeypatch: pytest.MonkeyPatch) -> Boot:
    """The time of the thread, at which it looks all the time."""
    boot = Boot()
    monkeypatch.setattr("wfe_host.sessions.boot_seconds", boot)
    monkeypatch.setattr("wfe_host.renewal._LONGEST_LOOK", 2_000)
    return boot


@pytest.fixture
async def real(boot: Boot) -> AsyncIterator[Host]:
    """A host with a session of 8 seconds that a thread renews."""
    host = Host(SystemClock(), "8s")
    yield host
    await host.keeper.close()


def threads() -> bool:
    """Whether a session's thread is left."""
    return any(thread.name == "wfe-session" for thread in threading.enumerate())


async def renewals(real: Host, count: int) -> None:
    """Wait until so many renewals have been tried, and what came of the last one has been noted."""
    session = real.keeper._session
    assert session is not None
    await until(
        lambda: len(real.locks.renewed) >= count and session.pulse.due > session.tick(), f"renewal {count}"
    )


async def test_a_thread_renews_while_the_loop_is_blocked(real: Host, boot: Boot) -> None:
    """Renewals come from a thread of their own, so that blocking the host's loop costs nothing."""
    await real.keeper.open()
    for count in (1, 2, 3):
        boot.advance(QUARTER)
        eventually(lambda count=count: len(real.locks.renewed) >= count)  # type: ignore[misc]
    assert real.locks.threads == {"wfe-session"}
    await asyncio.sleep(0)
    assert real.lost == []


async def test_the_thread_tells_the_host_of_the_loss(real: Host, boot: Boot) -> None:
    """When renewals fail for half the time-to-live, `on_lost` is called on the host's loop."""
    await real.keeper.open()
    real.locks.down = True
    for count, passed in ((1, QUARTER), (2, QUARTER - 0.1)):
        boot.advance(passed)
        await renewals(real, count)
    assert real.lost == []
    boot.advance(0.1)
    await until(lambda: real.lost)
    assert [name for _, name in real.lost] == ["MainThread"]


async def test_a_renewal_that_hangs_costs_the_session_in_time(real: Host, boot: Boot) -> None:
    """A store that doesn't answer at all is noticed as early as one that refuses."""
    await real.keeper.open()
    real.locks.hangs = asyncio.Event()
    boot.advance(QUARTER)
    await until(lambda: real.locks.renewing)
    boot.advance(HALF - QUARTER)
    await until(lambda: real.lost)
    assert len(real.locks.renewed) == 1


async def test_time_asleep_counts(real: Host, boot: Boot) -> None:
    """A machine that slept longer than half the time-to-live has lost its session when it wakes."""
    await real.keeper.open()
    boot.advance(3_600)
    await until(lambda: real.lost)
    assert real.locks.renewed == []


async def test_the_thread_revives_a_forgotten_session(real: Host, boot: Boot) -> None:
    """Also from the thread a session is opened again on the host's loop, the only one for that."""
    await real.keeper.open()
    real.locks.known.clear()
    boot.advance(QUARTER)
    await until(lambda: len(real.locks.opened) == 2)
    for count in (2, 3, 4):
        boot.advance(QUARTER)
        await renewals(real, count)
    assert real.lost == []


async def test_a_thread_that_cannot_revive_tries_again(
    real: Host, boot: Boot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A revival that fails counts as a failed renewal, and at last as a loss."""
    await real.keeper.open()
    real.locks.known.clear()

    async def refuse(ids: Sequence[str]) -> dict[str, SessionState]:
        msg = "no route"
        raise ProviderUnavailableError(msg)

    monkeypatch.setattr(real.locks, "states", refuse)
    for count, passed in ((1, QUARTER), (2, 1.0)):
        boot.advance(passed)
        await renewals(real, count)
    boot.advance(1.0)
    await until(lambda: real.lost)


async def test_a_revival_that_comes_too_late_is_dropped(
    real: Host, boot: Boot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A revival that is still on its way when the session is lost does no harm."""
    await real.keeper.open()
    real.locks.known.clear()
    asked, gate = asyncio.Event(), asyncio.Event()

    async def hang(ids: Sequence[str]) -> dict[str, SessionState]:
        asked.set()
        await gate.wait()
        return {}

    monkeypatch.setattr(real.locks, "states", hang)
    boot.advance(QUARTER)
    await asked.wait()
    boot.advance(HALF - QUARTER)
    await until(lambda: real.lost)
    gate.set()
    await until(lambda: len(real.locks.opened) == 2)
    assert len(real.lost) == 1


async def test_a_loss_that_arrives_after_the_end_is_not_told(real: Host, boot: Boot) -> None:
    """Once the keeper is closed, the host hears of no loss any more."""
    await real.keeper.open()
    real.locks.down = True
    boot.advance(HALF)
    # The message waits for the loop, which is blocked here.
    eventually(lambda: not threads())
    await real.keeper.close()
    assert real.lost == []


async def test_closing_right_after_opening(boot: Boot) -> None:
    """A thread that has hardly begun ends just as well."""
    host = Host(SystemClock(), "8s")
    await host.keeper.open()
    await host.keeper.close()
    assert host.locks.closed == ["id-0001"]


async def test_closing_ends_the_thread(real: Host, boot: Boot) -> None:
    """After `close` nothing renews any more and no thread is left."""
    await real.keeper.open()
    boot.advance(QUARTER)
    await renewals(real, 1)
    await real.keeper.close()
    await until(lambda: not threads())
    assert len(real.locks.renewed) == 1
    assert real.lost == []


async def test_the_thread_closes_its_connection_before_its_loop_ends(real: Host, boot: Boot) -> None:
    """The provider is told on the loop that renewed, once, after a renewal on its way was given up."""
    await real.keeper.open()
    real.locks.hangs = asyncio.Event()
    boot.advance(QUARTER)
    await until(lambda: real.locks.renewing == 1)
    await real.keeper.close()
    assert real.locks.renewals_ended == [("wfe-session", False)]


async def test_a_lost_session_closes_its_connection_too(
    real: Host, boot: Boot, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever became of the session; a provider that cannot is no reason to fail."""
    await real.keeper.open()
    real.locks.down = True
    boot.advance(HALF)
    await until(lambda: real.locks.renewals_ended)
    assert [name for name, _ in real.locks.renewals_ended] == ["wfe-session"]
    await until(lambda: "was not closed: no route" in caplog.text)
    assert real.keeper.lost


async def test_closing_waits_for_no_thread_that_hangs(
    real: Host, boot: Boot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver that blocks the session's thread keeps no host from ending."""
    monkeypatch.setattr("wfe_host.renewal._GOODBYE", 0.05)
    begun, gate = threading.Event(), threading.Event()

    async def block(session_id: str, *, ttl: int) -> int | None:
        begun.set()
        gate.wait()
        return 0

    monkeypatch.setattr(real.locks, "renew", block)
    await real.keeper.open()
    boot.advance(QUARTER)
    await until(begun.is_set)
    async with asyncio.timeout(PATIENCE):
        await real.keeper.close()
    gate.set()
    await until(lambda: not threads())


def test_a_loop_that_ended_is_told_nothing(boot: Boot) -> None:
    """A host that was abandoned with its loop leaves a thread that ends quietly."""
    made: list[Host] = []

    async def abandon() -> None:
        host = Host(SystemClock(), "8s")
        made.append(host)
        await host.keeper.open()
        host.locks.known.clear()

    asyncio.run(abandon())
    boot.advance(QUARTER)
    eventually(lambda: made[0].locks.renewed)
    boot.advance(HALF - QUARTER)
    eventually(lambda: not threads())
    assert made[0].lost == []


def test_a_loop_that_ends_in_the_middle_of_a_revival(boot: Boot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread is told when the host's loop ends before its session was revived."""
    hanging = threading.Event()

    async def hang(self: FakeLocks, ids: Sequence[str]) -> dict[str, SessionState]:
        hanging.set()
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(FakeLocks, "states", hang)

    async def abandon() -> None:
        host = Host(SystemClock(), "8s")
        await host.keeper.open()
        host.locks.known.clear()
        boot.advance(QUARTER)
        await until(hanging.is_set)

    asyncio.run(abandon())
    boot.advance(HALF)
    eventually(lambda: not threads())
