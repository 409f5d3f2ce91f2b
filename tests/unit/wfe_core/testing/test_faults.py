"""Faults: what strikes, where, and what is left of a host that has died."""

from __future__ import annotations

import asyncio

import pytest

from wfe_core.errors import ProviderError
from wfe_core.ports import Message, Providers
from wfe_core.testing import ManualClock
from wfe_core.testing.faults import At, Fault, Faults, abandon, run_process
from wfe_memory import MemoryBackend

GONE = [Message("nobody", "suspend", "{}")]


def bundle() -> Providers:
    """The providers of a host on an empty store."""
    return MemoryBackend(ManualClock()).providers()


def test_a_crash_ends_the_process_at_that_write() -> None:
    """The call that the fault strikes never returns, and nothing comes after it."""
    faults = Faults(bundle(), At(1, Fault.CRASH_BEFORE))
    seen: list[int] = []

    async def main() -> str:
        for number in range(3):
            await faults.providers.store.post(GONE, now=0)
            seen.append(number)
        return "outlived"

    assert run_process(main, faults) is None
    assert (seen, faults.writes, faults.dead, faults.reached) == ([0], ["post"], True, True)


def test_a_crash_after_a_write_keeps_the_write() -> None:
    """The write is made, and nobody hears of it."""
    faults = Faults(bundle(), At(0, Fault.CRASH_AFTER))
    assert run_process(lambda: faults.providers.store.post(GONE, now=0), faults) is None
    assert faults.writes == ["post"]


@pytest.mark.parametrize(("fault", "written"), [(Fault.FAIL_BEFORE, []), (Fault.FAIL_AFTER, ["post"])])
async def test_a_failure_leaves_the_outcome_unknown(fault: Fault, written: list[str]) -> None:
    """The call fails in the same way, whether the write was made or not; the next one works."""
    faults = Faults(bundle(), At(0, fault))
    with pytest.raises(ProviderError, match="injected"):
        await faults.providers.store.post(GONE, now=0)
    assert faults.writes == written
    await faults.providers.store.post(GONE, now=0)
    assert len(faults.writes) == len(written) + 1


async def test_a_delay_lasts_as_long_as_the_clock_says() -> None:
    """The write waits for the clock, and is made then."""
    clock = ManualClock()
    faults = Faults(bundle(), At(0, Fault.DELAY, delay="1h"), clock=clock)
    write = asyncio.create_task(faults.providers.store.post(GONE, now=0))
    await clock.advance("59m")
    assert not write.done()
    await clock.advance("1m")
    await write


async def test_what_writes_nothing_is_no_write() -> None:
    """Reads, and batches with nothing in them, are not counted, and no fault strikes them."""
    faults = Faults(bundle(), At(0, Fault.CRASH_BEFORE))
    await faults.providers.store.post([], now=0)
    await faults.providers.store.heads(["x"])
    assert (faults.writes, faults.reached) == ([], False)


async def test_the_dead_leave_nothing_behind() -> None:
    """Tasks of a dead host end, even those that want to tidy up in the store; the living go on."""
    faults = Faults(bundle())
    living = asyncio.create_task(asyncio.Event().wait())
    tidied: list[str] = []

    async def host() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await faults.providers.store.post(GONE, now=0)
            tidied.append("written")

    spared = asyncio.all_tasks()
    task = asyncio.create_task(host())
    await asyncio.sleep(0)
    await abandon(faults, spared)
    assert (task.done(), tidied, faults.writes, living.done()) == (True, [], [], False)
    living.cancel()


async def test_a_dead_process_hangs_until_it_is_buried() -> None:
    """After a crash no call returns; the resources are given back by `bury`."""
    faults = Faults(bundle())
    faults.crash()
    call = asyncio.create_task(faults.providers.store.now())
    await asyncio.sleep(0)
    assert not call.done()
    await faults.bury()
    with pytest.raises(asyncio.CancelledError):
        await faults.providers.store.now()
    call.cancel()
