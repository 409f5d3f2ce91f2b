"""`AsyncSandbox` and `Sandbox`, against the test server with every fault."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import anyio
import pytest

from tests.services.zypi.server import Fault, ZypiServer, serving
from tests.waiting import until
from wfe_core.errors import StepError
from wfe_yaml.zypi import (
    AsyncSandbox,
    CommandFailedError,
    ImageNotFoundError,
    ImageStatus,
    LostAnswerError,
    RefusedError,
    Sandbox,
    SandboxTimeoutError,
    UnreachableError,
    ZypiClient,
    ZypiError,
)

ECHO = ["/bin/echo", "hello"]


async def test_a_command_gives_what_it_gave(zypi: ZypiServer) -> None:
    """Exit code, both streams, how long it took and where; a script is a command, too."""
    async with AsyncSandbox("busybox") as sandbox:
        assert sandbox.url == zypi.url
        result = await sandbox.exec(ECHO)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "hello\n", "")
        assert result.container_id.startswith("exec_")
        assert result.duration >= 0
        result = await sandbox.exec("echo out; echo bad >&2; exit 3")
        assert (result.exit_code, result.stdout, result.stderr) == (3, "out\n", "bad\n")
        assert (await sandbox.exec("false; echo not reached")).stdout == ""
    assert zypi.requests[0] == {"cmd": ECHO, "image": "busybox", "timeout": 60}


async def test_a_command_has_what_the_sandbox_has_and_more(zypi: ZypiServer) -> None:
    """Variables, files, a folder, a timeout; those of the command go before those of the sandbox."""
    sandbox = AsyncSandbox(
        "busybox",
        env={"A": "1", "B": "1"},
        files={"/tmp/a": "one"},
        working_dir="/tmp",
        timeout=20,
        memory_mb=128,
        vcpus=2,
    )
    async with sandbox:
        sandbox.write_file("/tmp/b", "two")
        script = 'cat a b c; echo "$A$B"'
        told = await sandbox.check_output(script, env={"B": "2"}, files={"/tmp/c": "three\n"}, timeout=9)
        assert told == "onetwothree\n12\n"
        await sandbox.exec(ECHO, working_dir="/home")
    first, second = zypi.requests
    assert [first[key] for key in ("workdir", "timeout", "memory_mb", "vcpus")] == ["/tmp", 9, 128, 2]
    assert (second["workdir"], second["timeout"], second["files"]) == (
        "/home",
        20,
        {"/tmp/a": "one", "/tmp/b": "two"},
    )


async def test_a_command_can_read_and_leave_files(zypi: ZypiServer) -> None:
    """The protocol has neither; a program keeps its exit code, and no builtin takes its place."""
    async with AsyncSandbox("busybox") as sandbox:
        result = await sandbox.exec(["/bin/cat"], stdin="no end of line")
        assert (result.stdout, result.files) == ("no end of line", {})
        script = "cat > /tmp/up; echo done; printf 'x\n\n' > /tmp/x; kill -9 $$"
        result = await sandbox.exec(script, stdin="é\n", collect=["/tmp/up", "/tmp/none", "/tmp/x"])
        assert (result.exit_code, result.stdout) == (137, "done\n")
        assert result.files == {"/tmp/up": "é\n", "/tmp/x": "x\n\n"}
        assert (await sandbox.exec(["exit", "3"], stdin="")).exit_code == 127
    assert "stdin" not in {key for request in zypi.requests for key in request}


async def test_check_output_wants_success(zypi: ZypiServer) -> None:
    """Its error has the result, and says the last words."""
    async with AsyncSandbox("busybox") as sandbox:
        with pytest.raises(CommandFailedError, match="exit code 4: no such thing") as caught:
            await sandbox.check_output("echo partly; echo no such thing >&2; exit 4")
        assert (caught.value.result.stdout, caught.value.ran) == ("partly\n", True)
        for program, words in (
            ("/bin/no", "no such file or directory"),
            ("lsno", "executable file not found"),
        ):
            with pytest.raises(CommandFailedError, match=rf"exit code 127: .*{words}"):
                await sandbox.check_output([program])
    assert zypi.begun == 3


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault.EMPTY_500, LostAnswerError, r"Zypi failed \(500\), without a word"),
        (Fault.TEXT_500, LostAnswerError, "Internal Server Error"),
        (Fault.CUT_JSON, LostAnswerError, "cut or damaged"),
        (Fault.CUT_BODY, LostAnswerError, "connection was lost before the answer was whole"),
        (Fault.DEATH, LostAnswerError, "connection was lost before the answer was whole"),
        (Fault.TIMEOUT_FLAG, SandboxTimeoutError, "stopped after its timeout of 60 s"),
        (Fault.TIMEOUT_ERROR, SandboxTimeoutError, "stopped after its timeout of 60 s"),
        (Fault.TIMEOUT_CODE, SandboxTimeoutError, "stopped after its timeout of 60 s"),
    ],
)
async def test_every_fault_is_told(zypi: ZypiServer, fault: Fault, kind: type[ZypiError], words: str) -> None:
    """The command is sent once, whatever happens; the next one is none the worse."""
    zypi.fault = fault
    async with AsyncSandbox("busybox") as sandbox:
        with pytest.raises(kind, match=words):
            await sandbox.exec(ECHO)
        assert (len(zypi.requests), zypi.begun, zypi.running) == (1, 1, 0)
        zypi.fault = None
        assert await sandbox.check_output(ECHO) == "hello\n"


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.TRICKLE])
async def test_an_answer_that_does_not_come_is_not_waited_for(zypi: ZypiServer, fault: Fault) -> None:
    """The wait is the timeout and the time for the start; then the connection is closed."""
    zypi.fault = fault
    async with AsyncSandbox("busybox", timeout=1, boot=0.2) as sandbox:
        with pytest.raises(LostAnswerError, match=r"no answer within 1\.2 s \(its timeout and 0\.2 s for"):
            await sandbox.exec(ECHO)
    await zypi.rest()


async def test_a_slow_start_is_no_failure(zypi: ZypiServer) -> None:
    """The time for the start comes on top of the timeout, which is 1 s here."""
    zypi.fault = Fault.SLOW_BOOT
    async with AsyncSandbox("busybox", timeout=1, boot=100) as sandbox:
        running = asyncio.create_task(sandbox.exec(ECHO))
        await until(lambda: zypi.requests)
        done, _ = await asyncio.wait([running], timeout=1.1)
        assert not done
        zypi.booted.set()
        assert (await running).stdout == "hello\n"


async def test_a_command_that_goes_on_is_ended(zypi: ZypiServer) -> None:
    """By Zypi, for its timeout."""
    async with AsyncSandbox("busybox") as sandbox:
        with pytest.raises(SandboxTimeoutError):
            await sandbox.exec("sleep 600", timeout=1)
    assert zypi.running == 0


async def test_what_was_written_before_the_end_is_there(zypi: ZypiServer) -> None:
    """As far as Zypi tells it."""
    zypi.fault = Fault.TIMEOUT_FLAG
    async with AsyncSandbox("busybox") as sandbox:
        with pytest.raises(SandboxTimeoutError) as caught:
            await sandbox.exec("echo begun; echo so far >&2")
    assert (caught.value.stdout, caught.value.stderr) == ("begun\n", "so far\n")


async def test_a_cancelled_command_is_hung_up_on(zypi: ZypiServer) -> None:
    """No connection is left, and nothing runs."""
    async with AsyncSandbox("busybox") as sandbox:
        running = asyncio.create_task(sandbox.exec("sleep 600"))
        await until(lambda: zypi.running)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await zypi.rest()
    assert zypi.running == 0


async def test_a_refused_connection_has_done_nothing(zypi: ZypiServer) -> None:
    """It says where to look, and that another attempt may help; a password is not shown."""
    await zypi.stop()
    async with AsyncSandbox("busybox", url=zypi.url.replace("//", "//me:sesame@")) as sandbox:
        with pytest.raises(UnreachableError, match=r"reached at .*start it, or say in the step") as caught:
            await sandbox.exec(ECHO)
        assert (caught.value.ran, caught.value.retryable) == (False, True)
        assert "sesame" not in str(caught.value)


async def test_a_connection_is_tried_again(zypi: ZypiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice: nothing has been sent by then, so this is safe for every command."""
    connect, refusals = anyio.connect_tcp, [1, 2]

    async def unsteady(*args: Any, **kwargs: Any) -> Any:
        if refusals:
            refusals.pop()
            raise ConnectionRefusedError
        return await connect(*args, **kwargs)

    monkeypatch.setattr(anyio, "connect_tcp", unsteady)
    async with AsyncSandbox("busybox") as sandbox:
        assert await sandbox.check_output(ECHO) == "hello\n"
        refusals += [1, 2, 3]
        with pytest.raises(UnreachableError):
            await sandbox.exec(ECHO)
    assert (len(zypi.requests), refusals) == (1, [])


async def test_what_the_guest_forbids_is_told(zypi: ZypiServer) -> None:
    """Programs and images it has not, and an answer that is too large."""
    async with AsyncSandbox("busybox", max_answer=1 << 20) as sandbox:
        with pytest.raises(RefusedError, match="Command not allowed for security reasons"):
            await sandbox.exec(["/sbin/reboot"])
        with pytest.raises(RefusedError, match="writes no file '/etc/passwd'"):
            sandbox.write_file("/etc/passwd", "")
        with pytest.raises(ZypiError, match="larger than 1 MiB: let the command write less"):
            await sandbox.exec("head -c 2000000 /dev/zero")
    async with AsyncSandbox("no-such-image") as sandbox:
        with pytest.raises(ImageNotFoundError, match="does not have the image 'no-such-image'"):
            await sandbox.exec(ECHO)
    assert zypi.begun == 1


async def test_zypi_tells_how_it_is(zypi: ZypiServer) -> None:
    """Its health, and what became of an image; asking is repeated when the answer is lost."""
    zypi.images["a/b:1"] = {"status": "failed", "progress": 30, "error_message": "no layers"}
    async with AsyncSandbox("busybox") as sandbox:
        assert await sandbox.health() == "ok"
        assert (await sandbox.image_status()).ready
        failed = await sandbox.image_status("a/b:1")
        assert failed == ImageStatus(ref="a/b:1", status="failed", progress=30, error="no layers")
        missing = await sandbox.image_status("x")
        assert (missing.status, missing.ready) == ("missing", False)
        zypi.lose = 1
        assert await sandbox.health() == "ok"
        zypi.lose = 2
        with pytest.raises(LostAnswerError):
            await sandbox.health()
        zypi.health = (200, b"<html>")
        with pytest.raises(RefusedError, match="/health answers 200, as Zypi does not"):
            await sandbox.health()
        zypi.images["odd"] = {"status": None}
        with pytest.raises(RefusedError, match="/images/odd/status answers 200, as Zypi does not"):
            await sandbox.image_status("odd")


async def test_it_is_used_inside_its_context(zypi: ZypiServer) -> None:
    """A closed one says so."""
    sandbox = AsyncSandbox("busybox")
    with pytest.raises(RuntimeError, match="use it inside"):
        await sandbox.exec(ECHO)
    async with ZypiClient(zypi.url) as client:
        pass
    with pytest.raises(RuntimeError, match="use it inside"):
        await client.health()


def test_blocking_code_has_the_same() -> None:
    """From any thread; the thread of the sandbox ends with it."""
    before = threading.active_count()
    with serving() as zypi, Sandbox("busybox", url=zypi.url, env={"A": "1"}) as sandbox:
        assert (sandbox.url, sandbox.health(), sandbox.image_status().ready) == (zypi.url, "ok", True)
        sandbox.write_file("/tmp/a", "one\n")
        assert sandbox.check_output('cat /tmp/a; echo "$A"') == "one\n1\n"
        result = sandbox.exec(["/bin/cat", "-"], stdin="in", collect=["/tmp/a"])
        assert (result.stdout, result.files) == ("in", {"/tmp/a": "one\n"})
        told: list[str] = []
        others = [threading.Thread(target=lambda: told.append(sandbox.check_output(ECHO))) for _ in range(3)]
        for each in others:
            each.start()
        for each in others:
            each.join()
        assert told == ["hello\n"] * 3
    with pytest.raises(RuntimeError, match="the sandbox is closed: use it inside"):
        sandbox.health()
    assert threading.active_count() == before


def test_errors_are_errors_of_steps() -> None:
    """So that a step of a workflow can let them pass."""
    assert issubclass(ZypiError, StepError)
