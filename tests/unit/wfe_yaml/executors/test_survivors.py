from __future__ import annotations

import os
import subprocess
import sys

import pytest

from wfe_yaml.executors.supervisor.survivors import MARK, sweep

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="environments are shown by Linux")


def orphan(mark: str, script: str) -> subprocess.Popen[bytes]:
    """Start what a killed runner would leave behind, in a session of its own."""
    env = {"PATH": os.environ["PATH"], MARK: mark}
    process = subprocess.Popen(
        ["bash", "-c", f"{script}; echo on; sleep 60 & wait; sleep 60"],
        env=env,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"on\n"
    return process


def test_what_carries_the_mark_is_ended_and_nothing_else() -> None:
    """SIGTERM for what obeys, SIGKILL for what does not; another mark, even a longer one, is left alone."""
    polite, stubborn = orphan("a/1", ":"), orphan("a/1", "trap '' TERM")
    stranger = orphan("a/12", ":")
    try:
        assert sweep("a/1", grace=0.3) >= 2
        assert polite.wait(5) == -15
        assert stubborn.wait(5) == -9
        assert stranger.poll() is None
        assert sweep("a/1", grace=0.3) == 0
    finally:
        sweep("a/12", grace=0.0)
        for process in (polite, stubborn, stranger):
            process.wait(5)
            if process.stdout is not None:
                process.stdout.close()
