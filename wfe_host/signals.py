"""Running a host as a service: until a signal comes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Sequence

    from wfe_host.host import WorkflowHost


async def run_until_signal(host: WorkflowHost, signals: Sequence[signal.Signals]) -> None:
    """Run until one of the signals comes, then stop gracefully; a second one ends running steps at once."""
    loop = asyncio.get_running_loop()
    came = asyncio.Event()
    runtime = host.runtime

    def on_signal() -> None:
        if came.is_set():
            runtime.interrupt_now()
        came.set()

    for one in signals:
        loop.add_signal_handler(one, on_signal)
    try:
        await came.wait()
        await host.stop()
    finally:
        for one in signals:
            loop.remove_signal_handler(one)
