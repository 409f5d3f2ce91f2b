"""Zypi's HTTP protocol without the HTTP: what is sent for a command, and what an answer means.

The facts come from Zypi's published source, https://github.com/allen-munsch/zypi (`priv/openapi.yaml`, the
router and the guest agent).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import normpath
from typing import Any, NoReturn, cast

from wfe_yaml.zypi.errors import (
    ImageNotFoundError,
    LostAnswerError,
    RefusedError,
    SandboxTimeoutError,
    ZypiError,
)

OPEN_FOLDERS = ("/tmp", "/var/tmp", "/var/log", "/home")  # noqa: S108 - these of the guest can be written
"""Where the guest lets files be written."""
DEFAULT_TIMEOUT = 60.0
"""Seconds that a command may take, as in Zypi itself."""
NOT_FOUND = 127
_OK, _BAD_REQUEST, _TOO_LARGE, _SERVER = 200, 400, 413, 500
_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecRequest:
    """A command for a microVM.

    Attributes:
        command: the program and its arguments.
        image: the image that the microVM is made of.
        env: environment variables, besides those of the image.
        working_dir: a folder in the microVM.
        timeout: seconds it may take, rounded up to whole ones.
        files: texts by their paths in the microVM, written before it runs.
        memory_mb: memory of the microVM; Zypi's default is 256.
        vcpus: its processors; Zypi's default is 1.
    """

    command: tuple[str, ...]
    image: str
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    working_dir: str | None = None
    timeout: float = DEFAULT_TIMEOUT
    files: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    memory_mb: int | None = None
    vcpus: int | None = None

    @property
    def seconds(self) -> int:
        """The timeout as the protocol has it."""
        return max(1, math.ceil(self.timeout))

    def body(self) -> bytes:
        """Give what is sent.

        Raises:
            RefusedError: the guest could not do it: a path it would not write, a text that is none.
        """
        if not self.command:
            raise RefusedError("the command is empty: give a program, and its arguments")
        for path in self.files:
            trouble = path_trouble(path)
            if trouble is not None:
                raise RefusedError(trouble)
        told: dict[str, Any] = {
            "cmd": [_text(word, "the command") for word in self.command],
            "image": self.image,
            "timeout": self.seconds,
        }
        if self.env:
            told["env"] = {name: _text(value, f"the variable {name}") for name, value in self.env.items()}
        if self.files:
            told["files"] = {
                path: _text(value, f"the file {path}", nul=True) for path, value in self.files.items()
            }
        others = {"workdir": self.working_dir, "memory_mb": self.memory_mb, "vcpus": self.vcpus}
        told.update({name: value for name, value in others.items() if value is not None})
        return json.dumps(told, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecResult:
    """What a command gave.

    Attributes:
        exit_code: its exit code; -1 when a signal ended it: Zypi does not tell which.
        stdout: what it wrote.
        stderr: likewise.
        duration: seconds it took with the start of its microVM.
        container_id: what Zypi calls the microVM.
        files: the files that were asked for and were there, by path.
    """

    exit_code: int
    stdout: str = ""
    stderr: str = ""
    duration: float = 0.0
    container_id: str = ""
    files: Mapping[str, str] = field(default_factory=dict[str, str])


def path_trouble(path: str) -> str | None:
    """Say why the guest would not write a file at a path; None when it would."""
    inside = any(path.startswith(f"{folder}/") for folder in OPEN_FOLDERS)
    if inside and normpath(path) == path and "\0" not in path:
        return None
    return f"Zypi's guest writes no file {path!r}: choose a path below {', '.join(OPEN_FOLDERS)}"


def read_answer(status: int, body: bytes, request: ExecRequest) -> ExecResult:
    """Give the result that an answer to `POST /exec` tells.

    Raises:
        ZypiError: it tells none; the class says what became of the command.
    """
    if status == _OK:
        return _result(body, request)
    told = _told(body)
    if status >= _SERVER:
        return _failure(status, told, request)
    shown = f": {told[:_SHOWN]}" if told else ""
    if status == _BAD_REQUEST:
        raise RefusedError(f"Zypi does not take the command (400){shown}; give a list of texts as `command`")
    if status == _TOO_LARGE:
        raise RefusedError(f"the request is too large for Zypi (413){shown}; put large files into the image")
    raise RefusedError(f"an answer that Zypi does not give ({status}){shown}; is the address right?")


def read_object(body: bytes) -> dict[str, Any] | None:
    """Read a JSON object; None when it is none."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", told) if isinstance(told, dict) else None


def _result(body: bytes, request: ExecRequest) -> ExecResult:
    told = read_object(body)
    if told is None:
        message = f"the answer of Zypi is cut or damaged ({len(body)} bytes): the command may have run"
        raise LostAnswerError(message)
    code = told.get("exit_code")
    if not isinstance(code, int) or isinstance(code, bool):
        if told.get("timed_out") is True:
            _timed_out(request, told)
        raise ZypiError("the answer has no exit code, so it is none of Zypi's; is the address right?")
    took = told.get("duration_ms")
    seconds = took / 1000 if isinstance(took, (int, float)) else 0.0
    # A guest that ends a command says -1, and not every Zypi passes on that it was for its timeout.
    if told.get("timed_out") is True or (code < 0 and seconds >= request.seconds):
        _timed_out(request, told)
    return ExecResult(
        exit_code=code,
        stdout=str(told.get("stdout") or ""),
        stderr=str(told.get("stderr") or ""),
        duration=seconds,
        container_id=str(told.get("container_id") or ""),
    )


def _told(body: bytes) -> str:
    """Give what an answer says is wrong, whatever its form; "" when it says nothing."""
    error = (read_object(body) or {}).get("error")
    return error if isinstance(error, str) else body.decode("utf-8", "replace").strip()


def _failure(status: int, told: str, request: ExecRequest) -> ExecResult:
    """Tell what a status of 500 and above means."""
    shown = told[:_SHOWN]
    if told.strip() == ":timeout":
        _timed_out(request, {})
    if "image_not_found" in told:
        message = f"Zypi does not have the image {request.image!r}"
        raise ImageNotFoundError(f"{message}: import it (POST /images/NAME/import), or choose another")
    if "-32003" in told:
        message = f"the policy of Zypi's guest forbids it: {shown}"
        where = ", ".join(OPEN_FOLDERS)
        raise RefusedError(f"{message}; name programs by their path in /bin or /usr/bin, files below {where}")
    if "-32000" in told and "executable file not found" in told:
        return ExecResult(exit_code=NOT_FOUND, stderr=f"{shown}\n")
    said = f": {shown}" if shown else ", without a word of why"
    raise LostAnswerError(f"Zypi failed ({status}){said}; the command may have run: see the log of Zypi")


def _timed_out(request: ExecRequest, told: Mapping[str, Any]) -> NoReturn:
    raise SandboxTimeoutError(
        f"stopped after its timeout of {request.seconds} s",
        stdout=str(told.get("stdout") or ""),
        stderr=str(told.get("stderr") or ""),
    )


def _text(value: str, what: str, *, nul: bool = False) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RefusedError(f"{what} is no text: Zypi takes UTF-8 only; encode it, as with base64") from None
    if not nul and "\0" in value:
        raise RefusedError(f"{what} contains the character NUL, which no program can be given")
    return value
