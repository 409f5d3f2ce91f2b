"""The type `http`, against servers of this machine with every fault."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

import pytest

from wfe_core import WorkflowBuilder
from wfe_core.errors import OutputError, StepError, StepTimeoutError, UndecidedStepError
from wfe_host.testing.engine import WfeEngine
from wfe_yaml.executors import http
from wfe_yaml.executors.types.http import HttpExecutor
from wfe_yaml.testing import ExecutorConformance, RunningStep, run_step


class Request:
    """What a server was asked."""

    def __init__(self, head: bytes, body: bytes) -> None:
        first, *lines = head.decode("latin-1").splitlines()
        self.method, self.target, _ = first.split(" ")
        pairs = (line.split(": ", 1) for line in lines if line)
        self.headers = {name.casefold(): value for name, value in pairs}
        self.body = body


class Server:
    """Answers as the path of the request says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.other = ""
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None] | None] = set()

    async def rest(self) -> None:
        """Wait until no connection is left."""
        await asyncio.gather(*(task for task in self._serving if task is not None))

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Listen no more."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.current_task())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            sizes = [line for line in head.splitlines() if line.lower().startswith(b"content-length")]
            length = int(sizes[0].split(b":")[1]) if sizes else 0
            request = Request(head, await reader.readexactly(length))
            self.requests.append(request)
            await self._answer(request, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        what = request.target.partition("?")[0].strip("/").split("/")
        told = {"method": request.method, "target": request.target, "headers": request.headers}
        echo = json.dumps({**told, "body": request.body.decode()}).encode()
        if what[0] == "echo":
            send(writer, "200 OK", echo, "Content-Type: application/json")
        elif what[0] == "status":
            send(writer, f"{what[1]} Told", b"so it is")
        elif what[0] == "hang":
            await reader.read()
        elif what[0] == "half":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
            await writer.drain()
            if what[1] == "hang":
                await reader.read()
        elif what[0] == "drop":
            return
        elif what[0] == "garbage":
            writer.write(b"\x00\x01 this is no answer\r\n\r\n")
        elif what[0] == "large":
            send(writer, "200 OK", b"x" * int(what[1]))
        elif what[0] == "bomb":
            send(writer, "200 OK", gzip.compress(bytes(int(what[1]))), "Content-Encoding: gzip")
        elif what[0] in {"packed", "charset"}:
            said(writer, *what)
        elif what[0] == "loop":
            send(writer, "302 Found", b"", "Location: /loop")
        elif what[0] == "here":
            send(writer, "307 Here", b"", "Location: /echo")
        elif what[0] == "there":
            send(writer, "307 There", b"", f"Location: {self.other}/echo")
        await writer.drain()


def said(writer: asyncio.StreamWriter, kind: str, name: str) -> None:
    """Answer with a text that is said to be packed, or encoded, in some way."""
    if kind == "charset":
        body = '\ufeff{"a": "é"}'.encode() if name != "latin-1" else "é".encode(name)
        send(writer, "200 OK", body, f"Content-Type: text/plain; charset={name}")
        return
    body = gzip.compress(b"abc" * 99)[:20] if name == "cut" else b"abc"
    name = {"cut": "gzip", "twice": "gzip, gzip"}.get(name, name)
    send(writer, "200 OK", body, f"Content-Encoding: {name}")


def send(writer: asyncio.StreamWriter, status: str, body: bytes, *headers: str) -> None:
    """Write an answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server, and another one to which it redirects."""
    made, other = Server(), Server()
    await made.start()
    await other.start()
    made.other = other.url
    yield made
    await made.stop()
    await other.stop()


class TestLaws(ExecutorConformance):
    """`http` keeps the laws of all types."""

    executor = HttpExecutor
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "needs the key 'url'": {},
        "String should match pattern": {"url": "ftp://a/"},
        "exclude each other": {"url": "http://a", "json": None, "body": "x"},
        "expected 'GET'": {"url": "http://a", "method": "get"},
        "less than or equal to 599": {"url": "http://a", "expect_status": 700},
        "a header holds one line of ASCII": {"url": "http://a", "headers": {"X": "a\r\nEvil: 1"}},
        "Content-Length comes from what is sent": {"url": "http://a", "headers": {"Content-Length": "1"}},
        "less than or equal to 67108864": {"url": "http://a", "max_body": "1g"},
    }

    @pytest.fixture(autouse=True)
    def _addresses(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        """The address of the server is known only when it runs."""
        good = (
            {"url": f"{server.url}/echo"},
            {"url": f"{server.url}/status/201", "method": "PUT", "json": 1},
        )
        monkeypatch.setattr(type(self), "good", good, raising=False)
        headers = {"Authorization": "Bearer $<< secrets.TOKEN >>"}
        monkeypatch.setattr(type(self), "failing", {"403": {"url": f"{server.url}/status/403"}})
        monkeypatch.setattr(type(self), "secret", {"url": f"{server.url}/echo", "headers": headers})


async def test_a_cancelled_attempt_closes_its_connection(server: Server) -> None:
    """Nothing of it goes on."""
    before = asyncio.all_tasks()
    running = asyncio.create_task(run_step({"url": f"{server.url}/hang"}, kind="http"))
    while not server.requests:
        await asyncio.wait([running], timeout=0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await server.rest()
    assert asyncio.all_tasks() - before == set()


async def test_secrets_go_to_the_server_alone(server: Server) -> None:
    """A secret stands in no line and no error, and an answer that holds it is refused by name."""
    config = {
        "url": f"{server.url}/status/403?key=$<< secrets.TOKEN >>",
        "headers": {"Authorization": "Bearer $<< secrets.TOKEN >>"},
    }
    step = RunningStep(config, kind="http", secrets={"TOKEN": "sesame-1f6c"})
    with pytest.raises(StepError, match="403") as caught:
        await step.run()
    assert server.requests[0].headers["authorization"] == "Bearer sesame-1f6c"
    assert "sesame" not in str(caught.value) + step.lines.text()
    echo = {**config, "url": f"{server.url}/echo"}
    with pytest.raises(OutputError, match="contains the secret TOKEN"):
        await run_step(echo, kind="http", secrets={"TOKEN": "sesame-1f6c"})


async def test_a_request_is_sent_as_the_file_says(server: Server) -> None:
    """Method, query, headers and body; JSON is JSON, whatever expressions give for it."""
    config = {
        "method": "POST",
        "url": f"{server.url}/echo?a=1",
        "query": {"b": "x y", "c": [1, "$<< inputs.n >>"]},
        "headers": {"X-Mine": "$<< inputs.n >>"},
        "json": {"n": "$<< inputs.n >>", "text": "é"},
    }
    step = RunningStep(config, kind="http", inputs={"n": 7})
    outputs = await step.run()
    assert outputs["status"] == 200
    assert outputs["headers"]["content-type"] == "application/json"
    echo = outputs["json"]
    assert echo["target"] == "/echo?a=1&b=x+y&c=1&c=7"
    assert json.loads(echo["body"]) == {"n": 7, "text": "é"}
    assert echo["headers"]["content-type"] == "application/json"
    assert echo["headers"]["x-mine"] == "7"
    assert echo["headers"]["idempotency-key"] == step.ctx.idempotency_key
    assert step.lines.lines[0][1].startswith(f"POST {server.url}/echo: 200 OK, ")


@pytest.mark.parametrize(
    ("config", "header"),
    [
        ({"method": "GET"}, None),
        ({"method": "PUT", "body": "x"}, "key"),
        ({"method": "POST", "idempotency_header": None}, None),
        ({"method": "POST", "headers": {"idempotency-key": "mine"}}, "mine"),
    ],
)
async def test_attempts_can_be_told_apart(config: dict[str, Any], header: str | None, server: Server) -> None:
    """What changes something carries the key of the step, the same for all its attempts."""
    step = RunningStep({"url": f"{server.url}/echo", **config}, kind="http")
    found = (await step.run())["json"]["headers"].get("idempotency-key")
    assert found == (step.ctx.idempotency_key if header == "key" else header)


@pytest.mark.parametrize(
    ("path", "message", "retryable"),
    [
        ("status/503", "503 Told: so it is", True),
        ("status/429", "429 Told", True),
        ("status/404", "404 Told", False),
        ("status/302", "302 Told", False),
        ("drop", "the connection was lost", True),
        ("half/drop", "the connection was lost", True),
        ("garbage", "the connection was lost", True),
        ("large/2000000", "the answer is larger than 1048576 bytes; raise `max_body`", False),
        ("bomb/200000000", "the answer is larger than 1048576 bytes", False),
        ("loop", "more than 10 redirects", False),
        ("packed/twice", "packed as 'gzip, gzip', but only gzip, deflate are unpacked", False),
        ("packed/gzip", "the answer is damaged", False),
        ("packed/cut", "the answer is cut: what is packed has no end", True),
    ],
)
async def test_every_fault_is_told(path: str, message: str, retryable: bool, server: Server) -> None:
    """Each names the request and says what happened, and whether another attempt can help."""
    config = {"url": f"{server.url}/{path}", "follow_redirects": path == "loop"}
    with pytest.raises(StepError, match=message) as caught:
        await run_step(config, kind="http")
    assert str(caught.value).startswith(f"GET {server.url}/")
    assert caught.value.retryable is retryable


@pytest.mark.parametrize("path", ["hang", "half/hang"])
async def test_time_is_limited(path: str, server: Server) -> None:
    """Before the answer and in the middle of it."""
    with pytest.raises(StepTimeoutError, match=r"no answer within its timeout of 0\.3 s"):
        await run_step({"url": f"{server.url}/{path}", "timeout": "300ms"}, kind="http")


async def test_a_server_that_is_not_there_can_be_tried_again(server: Server) -> None:
    """A connection that was refused has done nothing, so any step may try it again."""
    url = server.url
    await server.stop()
    with pytest.raises(StepError, match="cannot be reached") as caught:
        await run_step({"url": url, "method": "POST"}, kind="http", keys={"idempotent": False})
    assert caught.value.retryable
    await server.start()


@pytest.mark.parametrize("path", ["drop", "hang"])
async def test_what_must_not_be_done_twice_is_not(path: str, server: Server) -> None:
    """Without an answer nobody knows whether it was done: `idempotent: false` is not tried again then."""
    config = {"url": f"{server.url}/{path}", "method": "POST", "timeout": "500ms"}
    with pytest.raises(StepError) as caught:
        await run_step(config, kind="http", keys={"idempotent": False})
    assert not caught.value.retryable
    with pytest.raises(UndecidedStepError):
        await run_step(config, kind="http", keys={"idempotent": False}, crashes=1, attempt=2)


async def test_an_address_is_sent_as_it_is_written(server: Server) -> None:
    """It may be signed: parameters are added to it, and nothing in it is written in another way."""
    url = f"{server.url}/echo/%2e?a=%20+&b=%C3%A9"
    for query, added in (({}, ""), ({"c": ["x", "y z"], "d": "é&"}, "&c=x&c=y+z&d=%C3%A9%26")):
        outputs, _ = await run_step({"url": url + "#x", "query": query}, kind="http")
        assert outputs["json"]["target"] == "/echo/%2e?a=%20+&b=%C3%A9" + added
        assert outputs["json"]["headers"]["accept-encoding"] == "gzip, deflate"


async def test_a_value_that_no_header_can_hold_is_told(server: Server) -> None:
    """The message has nothing of the value, which may be a secret."""
    config = {"url": f"{server.url}/echo", "headers": {"X": "$<< secrets.TOKEN >>"}}
    for value in ("pässwort", "two\nlines"):
        with pytest.raises(StepError, match="a header holds one line of ASCII") as caught:
            await run_step(config, kind="http", secrets={"TOKEN": value})
        assert value[:3] not in str(caught.value)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "ftp://127.0.0.1", "http://127.0.0.1:1"])
async def test_the_environment_names_the_proxy(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be used fails the step with a reason."""
    for name in ("HTTP_PROXY", "NO_PROXY", "ALL_PROXY", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(StepError, match=r"^GET http://a\.invalid/: .*(SOCKS|ftp|attempts failed)") as caught:
        await run_step({"url": "http://a.invalid/"}, kind="http")
    assert caught.value.retryable is proxy.startswith("http")


async def test_expected_statuses_are_no_failures(server: Server) -> None:
    """One, a class of them, or a list."""
    for path, expected in (("status/404", 404), ("status/418", "4xx"), ("status/302", ["2xx", 302])):
        outputs, _ = await run_step({"url": f"{server.url}/{path}", "expect_status": expected}, kind="http")
        assert (outputs["status"], outputs["body"], outputs["json"]) == (int(path[-3:]), "so it is", None)
    with pytest.raises(StepError, match="200 OK"):
        await run_step({"url": f"{server.url}/echo", "expect_status": 204}, kind="http")


async def test_a_redirect_takes_no_secret_along(server: Server) -> None:
    """Headers of the file go to the same host only."""
    for path, told in (("here", "mine"), ("there", None)):
        config = {
            "method": "POST",
            "url": f"{server.url}/{path}",
            "headers": {"X-Key": "mine", "Authorization": "mine"},
            "body": "text",
            "follow_redirects": True,
        }
        outputs, _ = await run_step(config, kind="http")
        echo = outputs["json"]
        assert (echo["headers"].get("x-key"), echo["headers"].get("authorization")) == (told, told)
        assert (echo["method"], echo["body"]) == ("POST", "text")
    config = {**config, "headers": {}, "body": "the $<< secrets.TOKEN >>"}
    with pytest.raises(StepError, match="would get the secret TOKEN with the body") as caught:
        await run_step(config, kind="http", secrets={"TOKEN": "very-secret"})
    assert not caught.value.retryable


async def test_texts_are_read_as_the_server_says(server: Server) -> None:
    """The charset of the answer counts; a step that declares outputs chooses among those there are."""
    outputs, _ = await run_step(
        {"url": f"{server.url}/charset/latin-1"},
        kind="http",
        keys={"outputs": {"body": "string", "status": "int"}},
    )
    assert outputs == {"body": "é", "status": 200}
    for name in ("nonsense", "rot13", "utf-8"):
        outputs, _ = await run_step({"url": f"{server.url}/charset/{name}"}, kind="http")
        assert (outputs["body"], outputs["json"]) == ('\ufeff{"a": "é"}', {"a": "é"})


async def test_a_step_is_retried_by_its_policy(wfe: WfeEngine, server: Server) -> None:
    """Each attempt carries the same key."""
    flow = WorkflowBuilder("w").then(http(method="POST", url=f"{server.url}/status/503")).build()
    wfe.register(flow)
    handle = await wfe.start(flow, {})
    with pytest.raises(Exception, match="503"):
        await wfe.result(handle)
    assert len({request.headers["idempotency-key"] for request in server.requests}) == 1
    assert len(server.requests) > 1


@pytest.mark.parametrize("secret", ["sesame-1f6c?open", "sesame-1f6c#open", "sesame-1f6c" * 40])
async def test_an_address_that_is_cut_shows_no_part_of_a_secret(secret: str) -> None:
    """Masked before the parameters are left off, and before a long address is shortened."""
    config = {"url": "http://127.0.0.1:1/a/$<< secrets.TOKEN >>"}
    with pytest.raises(StepError) as caught:
        await run_step(config, kind="http", secrets={"TOKEN": secret})
    assert "sesame" not in str(caught.value)
    assert "127.0.0.1:1/a/***" in str(caught.value)
