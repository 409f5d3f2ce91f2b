"""Sends the command of a zypi step and waits for the answer, in a process under the supervisor of the run.

Such a process outlives a runner that is killed, so that the answer is not lost with it. By stdin comes a
JSON object with what the step says; arguments are the file of the outputs, and the one in which it says what
became of the command.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from wfe_yaml.zypi.client import ZypiClient
from wfe_yaml.zypi.errors import SandboxTimeoutError, ZypiError
from wfe_yaml.zypi.guest import Guest
from wfe_yaml.zypi.protocol import ExecRequest, ExecResult

_MOST = 255
"""The largest exit code of a process."""
_SAID = 1 << 16
"""The most characters of what an answer says of a failure."""


def interpreter(script: str) -> list[str]:
    """Give what runs a script: the program after its `#!` with at most one argument, else a shell."""
    line = script.partition("\n")[0]
    return line[2:].split(maxsplit=1) if line.startswith("#!") and line[2:].strip() else ["/bin/sh", "-e"]


def request_of(told: dict[str, Any], guest: Guest) -> ExecRequest:
    """Make the request: with a shell around it where the step needs more than the protocol has.

    Raises:
        RefusedError: the guest could not do it.
    """
    files: dict[str, str] = dict(told["files"])
    # Values that the script refers to; large ones stand in files, whose paths its variables have.
    private = told["private"]
    env: dict[str, str] = {**told["env"], **private["variables"]}
    env.update({name: guest.path(file) for name, file in private["paths"].items()})
    files.update({guest.path(name): text for name, text in private["files"].items()})
    collect: list[str] = []
    if told["run"] is not None:
        script = guest.path(told["name"])
        files[script] = told["run"]
        command = [*interpreter(told["run"]), script]
    else:
        command = told["command"]
    if told["outputs"]:
        env["WFE_OUTPUT"] = guest.path("output")
        collect.append(env["WFE_OUTPUT"])
    request = ExecRequest(
        command=tuple(command),
        image=told["image"],
        env=env,
        working_dir=told["working_dir"],
        timeout=told["timeout"],
        files=files,
        memory_mb=told["memory_mb"],
        vcpus=told["vcpus"],
    )
    if told["stdin"] is None and not collect:
        return request
    return guest.wrapped(request, stdin=told["stdin"], collect=collect)


async def exchange(told: dict[str, Any], guest: Guest, request: ExecRequest) -> ExecResult:
    """Send the command and give the result.

    Raises:
        ZypiError: there is none.
    """
    async with ZypiClient(told["url"], boot=told["boot"]) as client:
        return guest.unwrapped(await client.exec(request))


def show(stdout: str, stderr: str) -> None:
    """Write what the command wrote."""
    for stream, text in ((sys.stdout, stdout), (sys.stderr, stderr)):
        stream.buffer.write(text.encode("utf-8", "replace"))
        stream.flush()


class Report:
    """Says what became of the command.

    Args:
        outputs: the file of its outputs.
        trouble: the file for what its exit code does not tell.
    """

    def __init__(self, outputs: str, trouble: str) -> None:
        self._outputs = Path(outputs)
        self._trouble = Path(trouble)

    def ended(self, code: int, output: str, why: str | None = None) -> int:
        """It ran; gives the exit code.

        Args:
            code: what Zypi says of it.
            output: its outputs.
            why: what made it fail, if that is known.
        """
        self._outputs.write_text(output, "utf-8", "replace")
        self._tell({"kind": "", "exit_code": code, "message": why})
        # What no exit code can be is no success either.
        return code if 0 <= code <= _MOST else _MOST

    def failed(self, error: ZypiError) -> int:
        """It did not run to its end."""
        if isinstance(error, SandboxTimeoutError):
            show(error.stdout, error.stderr)
        told = {"kind": type(error).__name__, "message": error.message, "hint": error.hint}
        # It is shortened where secrets in it have been masked: a part of one would not be found any more.
        self._tell({**told, "said": error.said[:_SAID]})
        return 1

    def _tell(self, told: dict[str, Any]) -> None:
        self._trouble.write_text(json.dumps(told), "utf-8")


async def run(told: dict[str, Any], report: Report) -> int:
    """Have the command run, say what became of it, and give the exit code."""
    guest = Guest()
    try:
        result = await exchange(told, guest, request_of(told, guest))
    except ZypiError as exc:
        return report.failed(exc)
    show(result.stdout, result.stderr)
    return report.ended(result.exit_code, result.files.get(guest.path("output"), ""))


Run = Callable[[dict[str, Any], Report], Awaitable[int]]


async def _until_its_end(program: Run) -> None:
    told = json.load(sys.stdin)
    # The end of a loop would wait for a look-up of a name that hangs in a thread.
    os._exit(await program(told, Report(*sys.argv[1:3])))


def main(program: Run = run) -> None:
    """Run it, and end as the command did.

    Args:
        program: what speaks with Zypi.
    """
    asyncio.run(_until_its_end(program))
