"""Sandboxes and steps in real microVMs, which QEMU emulates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.services.local import UnavailableError
from tests.services.zypi.microvm import MicroVm
from tests.services.zypi.server import ZypiServer
from tests.waiting import until
from wfe_yaml.testing import RunningStep
from wfe_yaml.zypi import AsyncSandbox, LostAnswerError, SandboxTimeoutError

pytestmark = [pytest.mark.microvm]

PATIENT = 600.0
"""Seconds: an emulated machine on a busy one takes its time, and nothing here measures it."""


@pytest.fixture
async def microvms() -> AsyncIterator[ZypiServer]:
    """A Zypi that starts microVMs."""
    try:
        machine = await asyncio.to_thread(MicroVm)
    except UnavailableError as exc:
        pytest.skip(f"no microVM: {exc}")
    server = ZypiServer(machine)
    await server.start()
    yield server
    await server.stop()


def sandbox(microvms: ZypiServer, memory_mb: int = 128, vcpus: int = 1) -> AsyncSandbox:
    """A sandbox with time enough."""
    return AsyncSandbox(
        "busybox", url=microvms.url, timeout=PATIENT, boot=PATIENT, memory_mb=memory_mb, vcpus=vcpus
    )


async def test_a_command_has_a_machine_of_its_own(microvms: ZypiServer) -> None:
    """Another kernel, the memory and processors it asked for, its files; what it leaves comes back."""
    script = (
        "uname -r; nproc; awk '/MemTotal/ {print ($2 < 192 * 1024)}' /proc/meminfo; ls /root; id -u; pwd\n"
        'cat > /home/up; cat /tmp/deep/in; echo "$A"; echo bad >&2; exit 3'
    )
    async with sandbox(microvms, memory_mb=192, vcpus=2) as box:
        result = await box.exec(
            script,
            stdin="é, read\n",
            env={"A": "it's  $HOME"},
            files={"/tmp/deep/in": "ï, in a file\n"},
            working_dir="/var/tmp",
            collect=["/home/up"],
        )
    release, *rest = result.stdout.splitlines()
    assert release.endswith("-cloud-amd64")
    assert rest == ["2", "1", "0", "/var/tmp", "ï, in a file", "it's  $HOME"]
    assert (result.exit_code, result.stderr, result.files) == (3, "bad\n", {"/home/up": "é, read\n"})


async def test_a_command_that_goes_on_is_ended_with_its_machine(microvms: ZypiServer) -> None:
    """By its timeout inside, or by the one who hangs up; a program that is not there is the code 127."""
    async with sandbox(microvms) as box:
        missing = asyncio.create_task(box.exec(["/bin/no-such-program"]))
        with pytest.raises(SandboxTimeoutError, match="timeout of 1 s"):
            await box.exec("sleep 5000 & sleep 5000", timeout=1)
        assert (await missing).exit_code == 127
        running = asyncio.create_task(box.exec("sleep 5000"))
        await until(lambda: microvms.running)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await microvms.rest()
    assert microvms.running == 0


async def test_a_machine_that_dies_is_a_lost_answer(microvms: ZypiServer) -> None:
    """In the middle of the command: nobody knows how far it came."""
    async with sandbox(microvms) as box:
        with pytest.raises(LostAnswerError, match="the microVM died"):
            await box.exec("reboot -f")


async def test_a_step_runs_in_a_machine_of_its_own(microvms: ZypiServer) -> None:
    """Its outputs come from there."""
    config = {
        "image": "busybox",
        "url": microvms.url,
        "run": 'echo "kernel=$(uname -r)" >> "$WFE_OUTPUT"; echo "$A"',
        "env": {"A": "$<< inputs.text >>"},
        "timeout": "10m",
        "boot": "10m",
    }
    step = RunningStep(config, kind="zypi", inputs={"text": "$(id)"}, keys={"outputs": {"kernel": "string"}})
    outputs = await step.run()
    assert outputs["kernel"].endswith("-cloud-amd64")
    assert step.lines.text("stdout") == "$(id)"
