from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Literal

import pytest

from wfe_core.clock import SystemClock, boot_seconds
from wfe_core.errors import HostStateError, ProviderUnavailableError
from wfe_core.ports import LockProvider, SessionInfo, SessionState
from wfe_core.testing.ids import SequentialIds
from wfe_host import identity, sessions
from wfe_host.config import HostConfig
from wfe_host.sessions import SessionKeeper

State = Literal["live", "dead", "unknown"]


class FakeLocks(LockProvider):
    """Sessions in memory that can be cut off, forgotten and killed."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self.opened: list[SessionInfo] = []
        self.renewed: list[float] = []
        self.lives: list[float] = []
        """When it dies if it is not renewed again, at each renewal."""
        self.threads: set[str] = set()
        self.closed: list[str] = []
        self.known: dict[str, State] = {}
        self.down = False
        self.hangs: asyncio.Event | None = None
        self.changed = threading.Event()
        self.renewals_ended: list[tuple[str, bool]] = []
        """By which thread, and whether a renewal was under way then."""
        self.renewing = 0

    async def __aexit__(self, *_: object) -> None:
        """Close."""

    def answer(self) -> int:
        """Give the store's time, unless the store is cut off."""
        if self.down:
            msg = "no route"
            raise ProviderUnavailableError(msg)
        return self.now()

    async def open_session(self, info: SessionInfo, *, ttl: int) -> int:
        """Begin a session."""
        now = self.answer()
        self.opened.append(info)
        self.known[info.id] = "live"
        return now

    async def renew(self, session_id: str, *, ttl: int) -> int | None:
        """Note the renewal."""
        self.threads.add(threading.current_thread().name)
        self.renewed.append(self.now() / 1e6)
        self.lives.append((self.now() + ttl) / 1e6)
        if self.hangs is not None:
            self.renewing += 1
            try:
                await asyncio.Event().wait()
            finally:
                self.renewing -= 1
        now = self.answer()
        return now if self.known.get(session_id) == "live" else None

    async def end_renewals(self) -> None:
        """Note it."""
        self.renewals_ended.append((threading.current_thread().name, self.renewing > 0))
        self.answer()

    async def close_session(self, session_id: str) -> None:
        """End a session."""
        self.answer()
        self.closed.append(session_id)
        self.known[session_id] = "dead"

    async def states(self, ids: Sequence[str]) -> dict[str, SessionState]:
        """Tell who lives; the unknown are left out."""
        self.answer()
        return {id: self.known[id] for id in ids if id in self.known}

    async def sessions(self) -> list[SessionInfo]:
        """List all that were opened."""
        return self.opened


class Host:
    """A keeper, what it talks to, and what it told."""

    def __init__(self, clock: Any, ttl: str, **options: Any) -> None:
        self.clock = clock
        self.locks = FakeLocks(clock.now)
        self.lost: list[tuple[int, str]] = []
        config = HostConfig(session_ttl=ttl, name="build-7")
        self.keeper = SessionKeeper(self.locks, config, clock, SequentialIds(), self.on_lost, **options)

    def on_lost(self) -> None:
        """Note when, and in which thread."""
        self.lost.append((self.clock.now(), threading.current_thread().name))


@pytest.fixture
async def host(clock: Any) -> AsyncIterator[Host]:
    """A host with a manual clock and a session of 8 seconds."""
    host = Host(clock, "8s", address="/run/hints")
    yield host
    await host.keeper.close()


@pytest.fixture
async def real() -> AsyncIterator[Host]:
    """A host with the machine's clock and a session of 0.8 seconds."""
    host = Host(SystemClock(), "0.8s")
    yield host
    await host.keeper.close()


async def until(condition: Callable[[], bool]) -> None:
    """Let other threads work until something holds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - it is changed by threads
            await asyncio.sleep(0.002)


async def test_a_session_says_who_we_are(host: Host) -> None:
    """The session tells people and other hosts on this machine what it is."""
    with pytest.raises(HostStateError, match="start it first"):
        _ = host.keeper.session_id
    assert await host.keeper.open() == host.keeper.session_id == "id-0001"
    (info,) = host.locks.opened
    assert (info.host, info.address, info.expires) == ("build-7", "/run/hints", host.clock.now() + 8_000_000)
    assert (info.machine, info.boot) == (identity.machine_id(), identity.boot_id())
    assert "pid" in info.metadata
    assert host.clock.synchronised == [host.clock.now()]


async def test_a_session_is_renewed_every_quarter(host: Host) -> None:
    """A test that moves the clock by a little sees a renewal at every quarter of the time-to-live."""
    await host.keeper.open()
    begin = host.clock.now() / 1e6
    await host.clock.advance("17s")
    assert [at - begin for at in host.locks.renewed] == [2, 4, 6, 8, 10, 12, 14, 16]
    assert host.lost == []
    assert len(host.clock.synchronised) == 9


async def test_a_host_that_lives_keeps_its_session_for_years(host: Host) -> None:
    """A leap of the clock makes few renewals, each good for the whole way to the next one, and no more."""
    await host.keeper.open()
    begin = host.clock.now() / 1e6
    await host.clock.advance("365d")
    assert host.lost == []
    assert len(host.locks.renewed) < 40
    after = [*host.locks.renewed[1:], begin + 365 * 86_400]
    for lives, renewed_again in zip(host.locks.lives, after, strict=True):
        assert 6 <= lives - renewed_again <= 8


async def test_a_paused_host_loses_its_session_after_half_of_it(host: Host) -> None:
    """Without renewals the loss is told once, half the time-to-live after the last one was sent."""
    await host.keeper.open()
    await host.clock.advance("3s")
    sent = 2_000_000 + host.clock.now() - 3_000_000
    host.keeper.paused = True
    await host.clock.advance("60s")
    assert host.lost == [(sent + 4_000_000, "MainThread")]
    assert host.keeper.lost
    assert len(host.locks.renewed) == 1


async def test_an_outage_shorter_than_half_costs_nothing(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    """Failed renewals are repeated sooner, and one that succeeds in time keeps the session."""
    await host.keeper.open()
    host.locks.down = True
    await host.clock.advance("3.4s")
    host.locks.down = False
    await host.clock.advance("60s")
    assert host.lost == []
    assert "could not be renewed: no route" in caplog.text


async def test_an_outage_of_half_costs_the_session(host: Host) -> None:
    """An outage of half the time-to-live is a loss, even if the store would still have us."""
    await host.keeper.open()
    begin = host.clock.now()
    host.locks.down = True
    await host.clock.advance("5s")
    host.locks.down = False
    await host.clock.advance("60s")
    assert host.lost == [(begin + 4_000_000, "MainThread")]


async def test_a_session_that_was_declared_dead_is_lost_at_once(host: Host) -> None:
    """When others were told that we are dead, the next renewal says so and the steps stop then."""
    await host.keeper.open()
    begin = host.clock.now()
    host.locks.known["id-0001"] = "dead"
    await host.clock.advance("60s")
    assert host.lost == [(begin + 2_000_000, "MainThread")]


async def test_a_forgotten_session_is_opened_again(host: Host) -> None:
    """A lock provider that lost its memory gets the same session anew, and nothing is lost."""
    await host.keeper.open()
    host.locks.known.clear()
    await host.clock.advance("60s")
    assert host.lost == []
    assert [info.id for info in host.locks.opened] == ["id-0001"] * 2
    for lives, renewed_again in zip(host.locks.lives, host.locks.renewed[1:], strict=False):
        assert renewed_again == lives - 6


async def test_a_lost_session_is_replaced(host: Host) -> None:
    """Reopening gives a new session, closes the old one, and counts it as dead even if closing fails."""
    await host.keeper.open()
    host.keeper.paused = True
    await host.clock.advance("10s")
    host.keeper.paused = False
    assert await host.keeper.reopen() == host.keeper.session_id == "id-0002"
    assert not host.keeper.lost
    assert host.locks.closed == ["id-0001"]
    host.locks.known["id-0001"] = "live"
    assert await host.keeper.dead_sessions() == {"id-0001"}
    await host.clock.advance("60s")
    assert len(host.lost) == 1
    host.keeper.paused = True
    await host.clock.advance("60s")
    assert len(host.lost) == 2


async def test_replacing_waits_for_the_store(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    """While the store is away a new session is asked for again and again, with pauses up to five seconds."""
    assert await host.keeper.reopen() == "id-0001", "there was nothing to replace"
    host.locks.down = True
    await host.clock.advance("10s")
    replacing = asyncio.ensure_future(host.keeper.reopen())
    await host.clock.advance("60s")
    assert not replacing.done()
    assert caplog.text.count("no new session can be opened yet: no route") == 17
    host.locks.down = False
    await host.clock.advance("5s")
    assert await replacing == host.keeper.session_id
    assert host.locks.closed == ["id-0001"]


async def test_replacing_can_be_given_up(host: Host) -> None:
    """A host that stops meanwhile cancels the call; nothing is left of it."""
    await host.keeper.open()
    host.locks.down = True
    await host.clock.advance("10s")
    replacing = asyncio.ensure_future(host.keeper.reopen())
    await host.clock.advance("1s")
    replacing.cancel()
    await host.clock.settle()
    assert replacing.cancelled()
    assert host.clock.timers == 0


async def test_who_is_dead(host: Host) -> None:
    """Dead is who the provider says, and after a whole time-to-live who it has never heard of; not we."""
    await host.keeper.open()
    host.locks.known |= {"a": "live", "b": "dead"}
    host.locks.known["id-0001"] = "dead"
    owners = ["a", "b", "c", "id-0001"]
    assert await host.keeper.dead_sessions(owners) == {"b"}
    await host.clock.advance("7.9s")
    assert await host.keeper.dead_sessions(owners) == {"b"}
    await host.clock.advance("0.1s")
    assert await host.keeper.dead_sessions(owners) == {"b", "c"}
    assert await host.keeper.dead_sessions([]) == set()


async def test_who_comes_back_was_never_dead(host: Host) -> None:
    """A session that opens again in time starts with a clean sheet."""
    await host.keeper.open()
    assert await host.keeper.dead_sessions(["c"]) == set()
    await host.clock.advance("5s")
    host.locks.known["c"] = "live"
    assert await host.keeper.dead_sessions(["c"]) == set()
    del host.locks.known["c"]
    await host.clock.advance("5s")
    assert await host.keeper.dead_sessions(["c"]) == set()
    await host.clock.advance("8s")
    assert await host.keeper.dead_sessions(["c"]) == {"c"}


async def test_closing_ends_the_session(host: Host) -> None:
    """A clean stop closes the session, leaves no timer, and is harmless when repeated."""
    await host.keeper.open()
    await host.keeper.close()
    await host.keeper.close()
    assert host.locks.closed == ["id-0001"]
    assert host.clock.timers == 0
    assert not host.keeper.lost


async def test_an_abandoned_session_is_left_as_it_is(host: Host) -> None:
    """As if the process had died: nothing renews the session any more, and nobody is told that it ended."""
    await host.keeper.open()
    await host.keeper.abandon()
    await host.keeper.abandon()
    await host.clock.advance("60s")
    assert (host.locks.closed, host.locks.renewed, host.lost) == ([], [], [])


async def test_closing_without_the_store_is_no_error(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    """A host whose store is away can stop; the session expires by itself."""
    await host.keeper.open()
    host.locks.down = True
    await host.keeper.close()
    assert "will expire: no route" in caplog.text


async def test_closing_in_the_middle_of_a_renewal(host: Host) -> None:
    """A renewal on its way is given up, and the clock is let go."""
    await host.keeper.open()
    host.locks.hangs = asyncio.Event()
    await host.clock.advance("2s")
    assert host.clock.held
    await host.keeper.close()
    await host.clock.settle()
    assert not host.clock.held
    assert host.clock.timers == 0


async def test_no_session_without_a_store(host: Host) -> None:
    """Opening fails when the store is away, and leaves nothing behind."""
    host.locks.down = True
    with pytest.raises(ProviderUnavailableError):
        await host.keeper.open()
    assert host.clock.timers == 0
    assert not host.clock.held


# With the machine's clock: a thread.


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


async def test_timers_close_their_connection_on_the_hosts_loop(host: Host) -> None:
    """With a manual clock the host's own loop renews, and is told when it stops."""
    await host.keeper.open()
    await host.clock.advance("3s")
    await host.keeper.close()
    assert host.locks.renewals_ended == [("MainThread", False)]


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


def test_a_machine_without_ids(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Where the system names neither machine nor boot, the host's name must do, and no boot is claimed."""
    here = identity.machine_id()
    monkeypatch.setattr(identity, "_MACHINE_FILES", (tmp_path / "missing",))
    monkeypatch.setattr(identity, "_BOOT_FILE", tmp_path / "missing")
    assert identity.boot_id() == ""
    assert len(identity.machine_id()) == len(here) == 32
    monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
    assert identity.machine_id() != here
