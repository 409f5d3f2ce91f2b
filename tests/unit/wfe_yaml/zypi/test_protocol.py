"""Zypi's protocol: what is sent, and what each answer means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wfe_yaml.zypi import (
    ExecRequest,
    ImageNotFoundError,
    LostAnswerError,
    RefusedError,
    SandboxTimeoutError,
    ZypiError,
)
from wfe_yaml.zypi.client import address, find_url, shown
from wfe_yaml.zypi.guest import Guest
from wfe_yaml.zypi.protocol import ExecResult, path_trouble, read_answer

REQUEST = ExecRequest(command=("/bin/true",), image="busybox", timeout=9.2)


def answer(told: object) -> bytes:
    """A JSON answer."""
    return json.dumps(told).encode()


def test_a_request_has_what_was_said_and_nothing_else() -> None:
    """Keys that were not given are left to Zypi; a timeout is a whole number of seconds, rounded up."""
    assert json.loads(REQUEST.body()) == {"cmd": ["/bin/true"], "image": "busybox", "timeout": 10}
    whole = ExecRequest(
        command=("/bin/cat", "é"),
        image="i",
        env={"A": "1"},
        working_dir="/tmp",
        timeout=0.2,
        files={"/tmp/a": "b\n"},
        memory_mb=512,
        vcpus=2,
    )
    assert json.loads(whole.body()) == {
        "cmd": ["/bin/cat", "é"],
        "image": "i",
        "env": {"A": "1"},
        "workdir": "/tmp",
        "timeout": 1,
        "files": {"/tmp/a": "b\n"},
        "memory_mb": 512,
        "vcpus": 2,
    }


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"command": ()}, "the command is empty"),
        ({"command": ("a\0b",)}, "contains the character NUL"),
        ({"env": {"A": "\udc80"}}, "the variable A is no text"),
        ({"files": {"/etc/motd": ""}}, "writes no file '/etc/motd': choose a path below /tmp, "),
    ],
)
def test_what_cannot_be_done_is_not_sent(told: dict[str, Any], words: str) -> None:
    """It is told here, with what to do instead."""
    given: dict[str, Any] = {"command": ("/bin/true",), "image": "i", **told}
    with pytest.raises(RefusedError, match=words) as caught:
        ExecRequest(**given).body()
    assert (caught.value.ran, caught.value.retryable) == (False, False)


@pytest.mark.parametrize(
    ("path", "good"),
    [
        ("/tmp/a", True),
        ("/var/tmp/a/b", True),
        ("/var/log/a", True),
        ("/home/me/a", True),
        ("/tmp", False),
        ("/tmpfoo/a", False),
        ("/tmp/../etc/passwd", False),
        ("tmp/a", False),
        ("/tmp//a", False),
        ("/tmp/a\0", False),
        ("", False),
    ],
)
def test_files_have_their_places(path: str, good: bool) -> None:
    """The guest writes below four folders, and no way leads out of them."""
    assert (path_trouble(path) is None) is good


def test_an_answer_is_a_result() -> None:
    """With its exit code, whatever that is."""
    told = {"exit_code": 3, "stdout": "o", "stderr": "e", "duration_ms": 1500, "container_id": "exec_1"}
    assert read_answer(200, answer(told), REQUEST) == ExecResult(
        exit_code=3, stdout="o", stderr="e", duration=1.5, container_id="exec_1"
    )
    assert read_answer(200, answer({"exit_code": -1, "duration_ms": 20}), REQUEST).exit_code == -1
    assert read_answer(200, answer({"exit_code": 0, "stdout": None}), REQUEST).stdout == ""


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, {"exit_code": -1, "timed_out": True, "stdout": "so far", "stderr": "e"}),
        (200, {"timed_out": True, "stdout": "so far", "stderr": "e"}),
        (200, {"exit_code": -1, "duration_ms": 10_400, "stdout": "so far", "stderr": "e"}),
        (500, {"error": ":timeout"}),
    ],
    ids=["flag", "flag alone", "code alone", "error"],
)
def test_a_timeout_has_several_shapes(status: int, told: dict[str, Any]) -> None:
    """All mean the same: it ran, and was ended."""
    with pytest.raises(SandboxTimeoutError, match=r"stopped after its timeout of 10 s") as caught:
        read_answer(status, answer(told), REQUEST)
    assert (caught.value.ran, caught.value.retryable) == (True, True)
    assert isinstance(caught.value, TimeoutError)
    assert (caught.value.stdout, caught.value.stderr) == (told.get("stdout", ""), told.get("stderr", ""))


@pytest.mark.parametrize(
    ("status", "body", "kind", "words", "retryable", "ran"),
    [
        (
            400,
            answer({"error": "cmd must be"}),
            RefusedError,
            r"\(400\): cmd must be; give a list",
            False,
            False,
        ),
        (413, b"", RefusedError, r"too large for Zypi \(413\); put large files", False, False),
        (404, b"nothing here", RefusedError, r"\(404\): nothing here; is the address right", False, False),
        (302, b"", RefusedError, r"does not give \(302\); is the address right", False, False),
        (
            500,
            answer({"error": '{:image_not_found, "x"}'}),
            ImageNotFoundError,
            "does not have the image 'busybox': import it",
            False,
            False,
        ),
        (500, b"** image_not_found", ImageNotFoundError, "does not have the image", False, False),
        (
            500,
            answer({"error": '%{"code" => -32003, "message" => "Command not allowed"}'}),
            RefusedError,
            "policy of Zypi's guest forbids it: .*Command not allowed.*; name programs by their path in /bin",
            False,
            False,
        ),
        (
            500,
            b"",
            LostAnswerError,
            r"Zypi failed \(500\), without a word of why; .*may have run",
            True,
            None,
        ),
        (500, b"<html>", LostAnswerError, r"Zypi failed \(500\): <html>;", True, None),
        (
            500,
            answer({"error": "{:econnrefused}"}),
            LostAnswerError,
            r"\(500\): {:econnrefused};",
            True,
            None,
        ),
        (500, answer({"error": {"a": 1}}), LostAnswerError, r'\(500\): {"error"', True, None),
        (502, b"Bad Gateway", LostAnswerError, r"\(502\): Bad Gateway", True, None),
        (200, b'{"exit_code": 0, "stdo', LostAnswerError, r"cut or damaged \(22 bytes\)", True, None),
        (200, b"", LostAnswerError, r"cut or damaged \(0 bytes\)", True, None),
        (200, b"[" * 100_000, LostAnswerError, "cut or damaged", True, None),
        (200, b'{"hello": 1}', ZypiError, "has no exit code, so it is none of Zypi's", False, True),
        (200, b'{"exit_code": true}', ZypiError, "has no exit code", False, True),
    ],
)
def test_each_failure_has_its_meaning(
    status: int, body: bytes, kind: type[ZypiError], words: str, retryable: bool, ran: bool | None
) -> None:
    """It says what happened, what to do, whether to try again, and whether the command may have run."""
    with pytest.raises(kind, match=words) as caught:
        read_answer(status, body, REQUEST)
    assert type(caught.value) is kind
    assert (caught.value.retryable, caught.value.ran) == (retryable, ran)


def test_a_missing_program_is_an_exit_code() -> None:
    """As in any shell: the guest's -32000 is 127."""
    error = '%{"code" => -32000, "message" => "exec: \\"x\\": executable file not found in $PATH"}'
    result = read_answer(500, answer({"error": error}), REQUEST)
    assert (result.exit_code, "executable file not found" in result.stderr) == (127, True)


def test_a_long_error_is_not_poured_out() -> None:
    """A page of a proxy is cut in the message."""
    with pytest.raises(LostAnswerError) as caught:
        read_answer(503, b"x" * 10_000, REQUEST)
    assert len(str(caught.value)) < 500


# ---------------------------------------------------------------- what the guest's script adds


def test_files_come_back_after_the_output() -> None:
    """They are cut off again; an output that holds no such end is left as it is."""
    guest = Guest("f00d")
    told = "text\nfood is no end\nf00d /tmp/a\none\ntwo\n\nf00d /tmp/b\n\nf00d.\n"
    result = guest.unwrapped(ExecResult(exit_code=0, stdout=told))
    assert (result.stdout, result.files) == ("text\nfood is no end", {"/tmp/a": "one\ntwo\n", "/tmp/b": ""})
    cut = ExecResult(exit_code=0, stdout="text\nf00d /tmp/a\non")
    assert guest.unwrapped(cut) is cut


def test_paths_that_a_shell_could_misread_are_refused() -> None:
    """They go through a shell as words."""
    for path in ("/tmp/a b", "/tmp/$(x)", "a", "/tmp/*"):
        with pytest.raises(RefusedError, match="cannot be collected"):
            Guest().wrapped(REQUEST, collect=[path])


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("zypi", "http://zypi:4000"),
        ("http://zypi", "http://zypi:4000"),
        ("http://zypi:80/", "http://zypi:80"),
        ("https://zypi/base/", "https://zypi/base"),
        ("http://me:pw@[::1]", "http://me:pw@[::1]:4000"),
    ],
)
def test_an_address_may_be_short(given: str, whole: str) -> None:
    """Zypi's port is that of http without one."""
    assert address(given) == whole


@pytest.mark.parametrize("given", ["ftp://a", "http://", "http://a:b", "http://a:99999", "http://[a"])
def test_what_is_no_address_is_refused(given: str) -> None:
    """Before anything is sent."""
    with pytest.raises(RefusedError, match="is no address"):
        address(given)


def test_the_address_comes_from_the_step_or_the_environment() -> None:
    """In this order; without both Zypi is on this machine. A password of it is never shown."""
    assert find_url("a", {"WFE_ZYPI_URL": "b"}) == "a"
    assert find_url(None, {"WFE_ZYPI_URL": "b"}) == "b"
    assert find_url(None, {}) == "http://localhost:4000"
    assert shown("http://me:pw@a:1/b/") == "http://a:1/b"
