"""A Zypi for the tests: speaks its protocol over a real socket, with a switch for each fault.

The protocol is that of Zypi's published source (`lib/zypi/api/router.ex`, `lib/zypi/executor.ex` and
`guest-agent/zypi-agent.go` of https://github.com/allen-munsch/zypi); what runs a command is a `Machine`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Generator
from enum import Enum
from typing import Any
from urllib.parse import unquote

from anyio.from_thread import start_blocking_portal

from tests.services.zypi.machines import Command, GuestError, Machine, PlainMachine

_SAFE_COMMANDS = ("/bin/", "/usr/bin/", "/usr/local/bin/", "ls", "cat", "echo", "grep", "find", "ps", "top")
_OPEN_FOLDERS = ("/tmp/", "/var/tmp/", "/var/log/", "/home/")


class Fault(Enum):
    """What goes wrong with `POST /exec`. Refused connections come from `ZypiServer.stop`."""

    HANG = "it takes the command, and never answers"
    TRICKLE = "it answers, a byte now and then"
    EMPTY_500 = "its answer is 500, without a body"
    TEXT_500 = "its answer is 500, with a body that is no JSON"
    CUT_JSON = "its answer is cut in the middle of the JSON"
    CUT_BODY = "it dies in the middle of the answer"
    DEATH = "it dies when the command has run, before it answers"
    SLOW_BOOT = "the microVM takes until `booted` is set to start"
    TIMEOUT_FLAG = "the command is ended for its timeout, and the answer is 200 with `timed_out`"
    TIMEOUT_ERROR = "the command is ended for its timeout, and the answer is 500 with `:timeout`"
    TIMEOUT_CODE = "the command is ended for its timeout, and the answer is 200 with the exit code -1 alone"


class ZypiServer:
    """Answers as Zypi does.

    Args:
        machine: what runs the commands.
        images: the images there are, and what became of their imports.

    Attributes:
        fault: what goes wrong with the commands to come.
        booted: ends a slow boot.
        requests: what was asked for with `POST /exec`.
        begun: how many commands were started.
        running: how many run.
        health: the answer to `GET /health`.
        images: see the argument.
        lose: so many answers to `GET` are lost.
    """

    def __init__(
        self, machine: Machine | None = None, images: dict[str, dict[str, Any]] | None = None
    ) -> None:
        self.fault: Fault | None = None
        self.booted = asyncio.Event()
        self.requests: list[dict[str, Any]] = []
        self.begun = 0
        self.running = 0
        self.health: tuple[int, bytes] = (200, b'{"status": "ok", "timestamp": "2026-01-01T00:00:00Z"}')
        self.lose = 0
        self._machine = machine or PlainMachine()
        self.images = images or {"busybox": {"status": "ready", "progress": 100}}
        self._server: asyncio.Server | None = None
        self._port = 0
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen on a free port, after a stop on the same one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more, and end what runs: connections are refused from now on."""
        if self._server is not None:
            self._server.close()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def rest(self) -> None:
        """Wait until no connection is left."""
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.splitlines()[0].split(" ")
            sizes = [line for line in head.lower().splitlines() if line.startswith("content-length:")]
            body = await reader.readexactly(int(sizes[0].split(":")[1]) if sizes else 0)
            if (method, target) == ("POST", "/exec"):
                await self._exec(body, reader, writer)
            elif self.lose:
                self.lose -= 1
            else:
                _send(writer, *self._get(method, target))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._serving.discard(task)
            writer.close()

    def _get(self, method: str, target: str) -> tuple[int, bytes]:
        parts = target.strip("/").split("/")
        if (method, parts) == ("GET", ["health"]):
            return self.health
        if method == "GET" and len(parts) == 3 and parts[0] == "images" and parts[2] == "status":
            image = self.images.get(unquote(parts[1]))
            if image is not None:
                return 200, _json({"ref": unquote(parts[1]), **image})
        return 404, _json({"error": "not_found"})

    # ------------------------------------------------------------ POST /exec

    async def _exec(self, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told: dict[str, Any] = json.loads(body)
        self.requests.append(told)
        working = asyncio.ensure_future(self._answer(told))
        # Cowboy, on which Zypi's HTTP is built, ends the process of a request when its client hangs up.
        gone = asyncio.ensure_future(reader.read())
        try:
            await asyncio.wait([working, gone], return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                return
            status, answer = working.result()
            await self._tell(status, answer, writer)
            if self.fault in (Fault.HANG, Fault.TRICKLE):
                await gone
        finally:
            for each in (working, gone):
                each.cancel()
            await asyncio.gather(working, gone, return_exceptions=True)

    async def _tell(self, status: int, answer: bytes, writer: asyncio.StreamWriter) -> None:
        """Write the answer, as far as the fault lets it be written."""
        match self.fault:
            case Fault.HANG | Fault.DEATH:
                return
            case Fault.EMPTY_500:
                _send(writer, 500, b"")
            case Fault.TEXT_500:
                _send(writer, 500, b"Internal Server Error <br>")
            case Fault.CUT_JSON:
                _send(writer, status, answer[: len(answer) // 2])
            case Fault.CUT_BODY | Fault.TRICKLE:
                head = f"HTTP/1.1 {status} Told\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
                writer.write(head + answer[:9])
            case _:
                _send(writer, status, answer)
        await writer.drain()

    async def _answer(self, told: dict[str, Any]) -> tuple[int, bytes]:
        """Give what the router answers."""
        cmd: Any = told.get("cmd")
        if not isinstance(cmd, list):
            return 400, _json({"error": "cmd must be a list of strings"})
        if told.get("image") not in self.images:
            return 500, _json({"error": f'{{:image_not_found, "{told.get("image")}"}}'})
        if self.fault is Fault.SLOW_BOOT:
            await self.booted.wait()
        try:
            return await self._run(Command.of(told))
        except GuestError as exc:
            return 500, _json({"error": f"{{:rpc_error, {exc.code}, {json.dumps(str(exc))}}}"})

    async def _run(self, command: Command) -> tuple[int, bytes]:
        _policy(command)
        clock = asyncio.get_running_loop().time
        begun = clock()
        self.begun += 1
        self.running += 1
        try:
            outcome = await self._machine.run(command)
        finally:
            self.running -= 1
        took = int(1000 * (clock() - begun))
        answer = {
            "exit_code": outcome.exit_code,
            "stdout": outcome.stdout.decode("utf-8", "replace"),
            "stderr": outcome.stderr.decode("utf-8", "replace"),
            "duration_ms": took,
            "container_id": f"exec_{secrets.token_hex(8)}",
        }
        ended = {"exit_code": -1, "duration_ms": max(took, command.timeout * 1000)}
        if self.fault is Fault.TIMEOUT_ERROR:
            return 500, _json({"error": ":timeout"})
        if self.fault is Fault.TIMEOUT_CODE:
            return 200, _json({**answer, **ended})
        if outcome.timed_out or self.fault is Fault.TIMEOUT_FLAG:
            return 200, _json({**answer, **ended, "timed_out": True})
        return 200, _json(answer)


def _policy(command: Command) -> None:
    """Refuse what the guest's agent refuses.

    Raises:
        GuestError: it does.
    """
    for path in command.files:
        if not path.startswith(_OPEN_FOLDERS):
            raise GuestError(-32003, "Path not allowed for security reasons")
    if not any(safe in command.cmd[0] for safe in _SAFE_COMMANDS):
        raise GuestError(-32003, "Command not allowed for security reasons")


def _json(told: object) -> bytes:
    return json.dumps(told).encode()


def _send(writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
    head = f"HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)


@contextlib.contextmanager
def serving(machine: Machine | None = None) -> Generator[ZypiServer]:
    """Run a server in a thread of its own, for tests that block."""
    with start_blocking_portal(backend="asyncio") as portal:

        async def start() -> ZypiServer:
            made = ZypiServer(machine)
            await made.start()
            return made

        server = portal.call(start)
        try:
            yield server
        finally:
            portal.call(server.stop)
