"""The keeper of a session, under a clock that the tests move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.unit.wfe_host.keepers import Host
from wfe_core.errors import HostStateError, ProviderUnavailableError
from wfe_host import identity


@pytest.fixture
async def host(clock: Any) -> AsyncIterator[Host]:
    """A host with a manual clock and a session of 8 seconds."""
    host = Host(clock, "8s", address="/run/hints")
    yield host
    await host.keeper.close()


async def test_a_session_says_who_we_are(host: Host) -> None:
    """The session tells people and other hosts on this machine what it is."""
    with pytest.raises(HostStateError, match="start it first"):
        _ = host.keeper.session_id
    assert await host.keeper.open() == host.keeper.session_id == "id-0001"
    (info,) = host.locks.opened
    assert (info.host, info.address, info.expires) == ("build-7", "/run/hints", host.clock.now() + 8_000_000)
    assert (info.machine, info.boot) == (identity.machine_id(), identity.boot_id())
    assert "pid" in info.metadata


async def test_a_session_is_renewed_every_quarter(host: Host) -> None:
    """A test that moves the clock by a little sees a renewal at every quarter of the time-to-live."""
    await host.keeper.open()
    begin = host.clock.now() / 1e6
    await host.clock.advance("17s")
    assert [at - begin for at in host.locks.renewed] == [2, 4, 6, 8, 10, 12, 14, 16]
    assert host.lost == []


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
    host.clock.expect_a_hang()
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


def test_a_machine_without_ids(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Where the system names neither machine nor boot, the host's name must do, and no boot is claimed."""
    here = identity.machine_id()
    monkeypatch.setattr(identity, "_MACHINE_FILES", (tmp_path / "missing",))
    monkeypatch.setattr(identity, "_BOOT_FILE", tmp_path / "missing")
    assert identity.boot_id() == ""
    assert len(identity.machine_id()) == len(here) == 32
    monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
    assert identity.machine_id() != here


async def test_timers_close_their_connection_on_the_hosts_loop(host: Host) -> None:
    """With a manual clock the host's own loop renews, and is told when it stops."""
    await host.keeper.open()
    await host.clock.advance("3s")
    await host.keeper.close()
    assert host.locks.renewals_ended == [("MainThread", False)]
