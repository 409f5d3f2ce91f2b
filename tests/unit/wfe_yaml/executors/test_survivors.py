from __future__ import annotations

import os
import secrets
import subprocess
import sys

import pytest

from tests.waiting import PATIENCE
from wfe_yaml.executors.supervisor.survivors import MARK, sweep

pytestmark = [
    pytest.mark.signals,
    pytest.mark.skipif(sys.platform != "linux", reason="environments are shown by Linux"),
]


def orphan(mark: str, script: str) -> subprocess.Popen[bytes]:
    """Start what a killed runner would leave behind, in a session of its own."""
    env = {"PATH": os.environ["PATH"], MARK: mark}
    process = subprocess.Popen(
        ["bash", "-c", f"{script}; echo on; sleep 600 & wait; sleep 600"],
        env=env,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"on\n"
    return process


def test_what_carries_the_mark_is_ended_and_nothing_else() -> None:
    """SIGTERM for what obeys, SIGKILL for what does not; another mark, even a longer one, is left alone."""
    realm = secrets.token_hex(8)
    polite, stubborn = orphan(f"{realm}/1", ":"), orphan(f"{realm}/1", "trap '' TERM")
    stranger = orphan(f"{realm}/12", ":")
    try:
        # Who obeys must get the processor within the grace, even on a busy machine.
        assert sweep(f"{realm}/1", grace=3.0) >= 2
        assert polite.wait(PATIENCE) == -15
        assert stubborn.wait(PATIENCE) == -9
        assert stranger.poll() is None
        assert sweep(f"{realm}/1", grace=0.3) == 0
    finally:
        sweep(f"{realm}/12", grace=0.0)
        for process in (polite, stubborn, stranger):
            process.wait(PATIENCE)
            if process.stdout is not None:
                process.stdout.close()
