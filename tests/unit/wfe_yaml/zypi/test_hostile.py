"""`AsyncSandbox` against servers that answer anything at all, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from tests.services.certificates import certificates_or_skip
from tests.services.zypi.hostile import hostile, result, told
from wfe_yaml.zypi import (
    AsyncSandbox,
    ExecResult,
    ImageNotFoundError,
    LostAnswerError,
    RefusedError,
    SandboxTimeoutError,
    UnreachableError,
    ZypiError,
)

COMMAND = ["/bin/true"]


def short(value: object) -> str:
    """What a test is called by."""
    return value.__name__ if isinstance(value, type) else ascii(value)[:60]


WELL = ExecResult(exit_code=0, stdout="hello\n", duration=0.005)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test meets a proxy or an authority of the machine that it runs on."""
    for name in (*_PROXIES, *(name.upper() for name in _PROXIES), "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def sandbox(url: str, **others: Any) -> AsyncSandbox:
    """A sandbox there, with a secret in its environment."""
    return AsyncSandbox("busybox", url=url, env={"TOKEN": "sesame"}, **others)


async def asked(answer: bytes) -> ExecResult:
    """What a command gives whose answer is this."""
    async with hostile(answer) as server, sandbox(server.url) as box:
        return await box.exec(COMMAND)


async def trouble(answer: bytes) -> ZypiError:
    """The error for an answer."""
    with pytest.raises(ZypiError) as caught:
        await asked(answer)
    assert caught.value.message in str(caught.value)
    assert str(caught.value).isprintable()
    return caught.value


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (result(), WELL),
        (b"\xef\xbb\xbf" + result(), WELL),
        (b"  " + result() + b"\r\n", WELL),
        (result().decode().encode("utf-16"), WELL),
        (result(exit_code=-1), ExecResult(exit_code=-1, stdout="hello\n", duration=0.005)),
        (result(exit_code=10**30), ExecResult(exit_code=10**30, stdout="hello\n", duration=0.005)),
        (result(stdout=None, stderr=None), ExecResult(exit_code=0, duration=0.005)),
        (result(stdout="a\0\ud800"), ExecResult(exit_code=0, stdout="a\0\ud800", duration=0.005)),
        (result(duration_ms=10**400), ExecResult(exit_code=0, stdout="hello\n")),
        (result(duration_ms=float("nan")), ExecResult(exit_code=0, stdout="hello\n")),
        (result(duration_ms=-5), ExecResult(exit_code=0, stdout="hello\n")),
        (result(duration_ms="5"), ExecResult(exit_code=0, stdout="hello\n")),
        (result(more={"deep": [1]}, timed_out=None), WELL),
    ],
    ids=short,
)
async def test_an_odd_answer_is_a_result_as_far_as_it_tells_one(body: bytes, expected: ExecResult) -> None:
    """A mark of byte order, nulls, a time that is none: what the command gave is there all the same."""
    assert await asked(told(body, "Content-Type: text/html; charset=latin-1")) == expected


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b'{"stdout": "x"}', ZypiError, "no exit code"),
        (result(exit_code="0"), ZypiError, "no exit code"),
        (result(exit_code=0.0), ZypiError, "no exit code"),
        (result(exit_code=None), ZypiError, "no exit code"),
        (result(exit_code=False), ZypiError, "no exit code"),
        (result(stdout=["x"]), ZypiError, "stdout of the answer is no text"),
        (result(stderr=0), ZypiError, "stderr of the answer is no text"),
        (b"[0]", LostAnswerError, r"cut or damaged \(3 bytes\)"),
        (b'"ok"', LostAnswerError, "cut or damaged"),
        (result() + b"x", LostAnswerError, "cut or damaged"),
        (b'{"exit_code": 0, "stdout": "\xe9"}', LostAnswerError, "cut or damaged"),
        (b'{"exit_code": ' + b"1" * 5000 + b"}", LostAnswerError, "cut or damaged"),
        (gzip.compress(result(), mtime=0), LostAnswerError, "cut or damaged"),
        (b'{"timed_out": true, "stdout": null}', SandboxTimeoutError, "timeout of 60 s"),
    ],
    ids=short,
)
async def test_what_tells_no_result_is_none(body: bytes, kind: type[ZypiError], words: str) -> None:
    """Nothing is guessed: above all no success."""
    with pytest.raises(kind, match=words) as caught:
        await asked(told(body, "Content-Encoding: gzip" if body[:1] == b"\x1f" else "A: b"))
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("status", "kind", "retryable", "ran"),
    [
        *((status, LostAnswerError, True, None) for status in (201, 202, 204)),
        *((status, RefusedError, False, False) for status in (300, 304, 401, 403, 404, 405, 409, 422)),
        *((status, UnreachableError, True, False) for status in (408, 425, 429)),
        *((status, LostAnswerError, True, None) for status in (501, 502, 503, 504, 599, 999)),
    ],
)
async def test_servers_in_front_of_zypi_have_their_words(
    status: int, kind: type[ZypiError], retryable: bool, ran: bool | None
) -> None:
    """What says that nothing was passed on is tried again; what may have passed it on is not known."""
    body = b"" if status in (204, 304) else b"\x1b[31mno\xff\0way\n</html>"
    error = await trouble(told(body, status=f"{status} Odd"))
    assert (type(error), error.retryable, error.ran) == (kind, retryable, ran)
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"** (MatchError) {:image_not_found, x} \xff", ImageNotFoundError, None),
        (b'{"error": ["image_not_found"]}', ImageNotFoundError, None),
        (b'{"errors": [{"code": -32003}]}', RefusedError, None),
        (b'{"error": "{\\"code\\": -32003, \\"message\\": \\"\\\\u0000\\"}"}', RefusedError, None),
        (b'{"error": "{:rpc_error, -32000, \\"chdir /x: no such file or directory\\"}"}', RefusedError, None),
        (b'{"error": "{:rpc_error, -32000, \\"out of space\\"}"}', LostAnswerError, None),
        (b'{"error": "{:error, :timeout}"}', LostAnswerError, None),
        (b'{"error": "\\ud800"}', LostAnswerError, None),
        (b" :timeout\n", SandboxTimeoutError, None),
        (b'{"error": {"m": "-32000 exec: \\"x\\": executable file not found in $PATH"}}', None, 127),
        (b'{"error": "{:rpc_error, -32000, \\"fork/exec /x: no such file or directory\\"}"}', None, 127),
        (b'{"error": "{:rpc_error, -32000, \\"fork/exec /x: permission denied\\"}"}', None, 126),
    ],
    ids=short,
)
async def test_what_zypi_says_is_found_in_any_form(
    body: bytes, kind: type[ZypiError] | None, code: int | None
) -> None:
    """In JSON, in JSON inside of JSON, and in what is none."""
    answer = told(body, status="500 Internal Server Error")
    if kind is None:
        done = await asked(answer)
        assert (done.exit_code, "-32000" in done.stderr) == (code, True)
    else:
        assert type(await trouble(answer)) is kind


# ---------------------------------------------------------------- connections


async def test_an_answer_cut_anywhere_is_lost() -> None:
    """At each byte of it, with its chunks; only a whole one counts."""
    body = result()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:]))
    whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    async with hostile(b"") as server, sandbox(server.url) as box:
        for end in range(len(whole)):
            server.answer = whole[:end]
            with pytest.raises(LostAnswerError):
                await box.exec(COMMAND)
        server.answer = whole
        assert await box.exec(COMMAND) == WELL
        assert server.peers == len(server.requests) == len(whole) + 1


@pytest.mark.parametrize(
    "answer",
    [
        b"\0",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100_000,
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    ],
    ids=["nul", "ssh", "negative", "two lengths", "no chunk", "endless head", "upgrade"],
)
async def test_what_is_no_http_is_a_lost_answer(answer: bytes) -> None:
    """The command was sent, so it may have run."""
    error = await trouble(answer)
    assert (type(error), "connection was lost" in str(error)) == (LostAnswerError, True)


async def test_answers_in_between_are_passed_over() -> None:
    """`100 Continue` and `103 Early Hints` are no answers; one after the other for ever is none, either."""
    between = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    assert await asked(between + told(result())) == WELL

    async def on_and_on(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(between)
            await writer.drain()
            await asyncio.to_thread(lambda: None)

    async with hostile(on_and_on) as server, sandbox(server.url, timeout=1, boot=0.1) as box:
        with pytest.raises(LostAnswerError, match=r"no answer within 1\.1 s"):
            await box.exec(COMMAND)


async def test_an_answer_that_drips_for_ever_is_not_waited_for() -> None:
    """Something comes all the time, so no single read takes long: the whole is bounded."""
    dripped = 0

    async def drip(writer: asyncio.StreamWriter) -> None:
        nonlocal dripped
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            dripped += 1
            await asyncio.to_thread(lambda: None)

    async with hostile(drip) as server, sandbox(server.url, timeout=1, boot=0.2) as box:
        with pytest.raises(LostAnswerError, match=r"no answer within 1\.2 s"):
            await box.exec(COMMAND)
    assert dripped > 1


async def test_an_answer_without_end_is_not_taken() -> None:
    """Whoever sends hundreds of megabytes is hung up on after the most that is taken."""
    sent = 0

    async def pour(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n")
        while sent < 200_000_000:
            writer.write(b" " * 100_000)
            await writer.drain()
            sent += 100_000

    async with hostile(pour) as server, sandbox(server.url, max_answer=1 << 20) as box:
        with pytest.raises(ZypiError, match="larger than 1 MiB"):
            await box.exec(COMMAND)
    assert sent < 100_000_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_nobody_is_led_elsewhere(status: int) -> None:
    """Another server never gets a command, or the secrets with it."""
    async with hostile(told(result())) as other:
        error = await trouble(told(b"", f"Location: {other.url}/exec", status=f"{status} There"))
        assert (type(error), other.peers) == (RefusedError, 0)
        assert str(status) in str(error)


async def test_a_connection_is_used_once() -> None:
    """A server may promise to keep it and close it all the same: no command is sent into nothing."""
    kept = told(result()).replace(b"Connection: close", b"Connection: keep-alive")
    async with hostile(kept) as server, sandbox(server.url) as box:
        for _ in range(5):
            assert await box.exec(COMMAND) == WELL
        assert await asyncio.gather(*(box.exec(COMMAND) for _ in range(20))) == [WELL] * 20
        assert server.peers == len(server.requests) == 25


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
async def test_an_address_may_be_one_of_ipv6() -> None:
    """In brackets, as in any address."""
    try:
        async with hostile(told(result()), host="::1") as server, sandbox(server.url) as box:
            assert await box.exec(COMMAND) == WELL
            assert b"host: [::1]:" in server.requests[0].lower()
    except OSError:
        pytest.skip("this machine has no address of IPv6")


async def test_the_authority_of_a_server_is_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that nobody has signed is refused before anything is sent; the remedy is named."""
    folder = certificates_or_skip(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    async with hostile(told(result()), tls=context) as server:
        async with sandbox(server.url) as box:
            with pytest.raises(UnreachableError, match="name the file of its authority in SSL_CERT_FILE"):
                await box.exec(COMMAND)
        assert server.requests == []
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.crt"))
        async with sandbox(server.url) as box:
            assert await box.exec(COMMAND) == WELL
        async with sandbox(server.url.replace("https", "http")) as box:
            with pytest.raises(LostAnswerError):
                await box.exec(COMMAND)


async def test_a_proxy_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for other machines only, and not for those that `NO_PROXY` names."""
    async with hostile(told(result())) as proxy, hostile(told(result(exit_code=3))) as server:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//me:pass@"))
        async with sandbox("http://zypi.example:4000") as box:
            assert await box.exec(COMMAND) == WELL
        (request,) = proxy.requests
        assert request.startswith(b"POST http://zypi.example:4000/exec HTTP/1.1\r\n")
        assert b"proxy-authorization: basic" in request.lower()
        async with sandbox(server.url) as box:
            assert (await box.exec(COMMAND)).exit_code == 3
        monkeypatch.setenv("no_proxy", "nowhere.invalid")
        async with sandbox("http://nowhere.invalid") as box:
            with pytest.raises(UnreachableError):
                await box.exec(COMMAND)
        assert len(proxy.requests) == 1


@pytest.mark.parametrize("proxy", ["gopher://proxy", "http://[::"])
async def test_a_proxy_that_is_none_is_told(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is sent."""
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(RefusedError, match=r"http://zypi\.example:4000 cannot be asked"):
        async with sandbox("http://me:sesame@zypi.example"):
            pass


async def test_a_name_that_is_none_is_told() -> None:
    """Not before it is looked at, but before anything is sent."""
    with pytest.raises(RefusedError, match=r"1\.2\.3\.999:4000 cannot be asked"):
        async with sandbox("http://1.2.3.999"):
            pass
