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
    UnreachableError,
    ZypiError,
    printable,
)

OPEN_FOLDERS = ("/tmp", "/var/tmp", "/var/log", "/home")  # noqa: S108 - these of the guest can be written
"""Where the guest lets files be written."""
DEFAULT_TIMEOUT = 60.0
"""Seconds that a command may take, as in Zypi itself."""
NOT_FOUND = 127
CANNOT_RUN = 126
_OK, _ELSEWHERE, _BAD_REQUEST, _TOO_LARGE, _SERVER = 200, 300, 400, 413, 500
_STRANGE = ", so it is none of Zypi's: is the address right?"
_STRANGERS = (401, 403, 407)
_LATER = (408, 425, 429)
"""Statuses of servers in front of Zypi that have not passed the command on."""


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
        if not self.image:
            raise RefusedError("the image has no name: give the one that Zypi has it by")
        if not 0 < self.timeout < math.inf:
            raise RefusedError(f"{self.timeout} s is no timeout: give a number of seconds above 0")
        for path in self.files:
            trouble = path_trouble(path)
            if trouble is not None:
                raise RefusedError(trouble)
        told: dict[str, Any] = {
            "cmd": [_text(word, "the command") for word in self.command],
            "image": _text(self.image, "the name of the image"),
            "timeout": self.seconds,
        }
        if self.env:
            told["env"] = {
                _name(name): _text(value, f"the variable {name}") for name, value in self.env.items()
            }
        if self.files:
            told["files"] = {
                path: _text(value, f"the file {path}", nul=True) for path, value in self.files.items()
            }
        folder = None if self.working_dir is None else _text(self.working_dir, "the working directory")
        others = {"workdir": folder, "memory_mb": self.memory_mb, "vcpus": self.vcpus}
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
    if inside and normpath(path) == path and _plain(path):
        return None
    return f"Zypi's guest writes no file {path!r}: choose a path below {', '.join(OPEN_FOLDERS)}"


def read_answer(status: int, body: bytes, request: ExecRequest) -> ExecResult:
    """Give the result that an answer to `POST /exec` tells.

    Raises:
        ZypiError: it tells none; the class says what became of the command.
    """
    if status == _OK:
        return _result(body, request)
    said = _said(body)
    if status >= _SERVER:
        return _failure(status, said, request)
    if status < _ELSEWHERE:
        message = f"an answer that Zypi does not give ({status})"
        raise LostAnswerError(message, said=said, hint="is the address right? the command may have run")
    if status == _BAD_REQUEST:
        message, hint = "Zypi does not take the command (400)", "give a list of texts as `command`"
    elif status == _TOO_LARGE:
        message, hint = "the request is too large for Zypi (413)", "put large files into the image"
    elif status in _STRANGERS:
        message = f"nobody without the right to it may ask there ({status})"
        hint = "put the user and the password in the address: http://user:password@host"
    elif status in _LATER:
        raise UnreachableError(f"no command is taken now ({status})", said=said, hint="try again later")
    else:
        message, hint = f"an answer that Zypi does not give ({status})", "is the address right?"
    raise RefusedError(message, said=said, hint=hint)


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
        raise ZypiError(f"the answer has no exit code{_STRANGE}")
    seconds = _seconds(told.get("duration_ms"))
    # A guest that ends a command says -1, and not every Zypi passes on that it was for its timeout.
    if told.get("timed_out") is True or (code < 0 and seconds >= request.seconds):
        _timed_out(request, told)
    return ExecResult(
        exit_code=code,
        stdout=_stream(told, "stdout"),
        stderr=_stream(told, "stderr"),
        duration=seconds,
        container_id=str(told.get("container_id") or ""),
    )


def _stream(told: Mapping[str, Any], name: str) -> str:
    """Give what a command wrote: Zypi may say null for nothing."""
    text = told.get(name)
    if text is not None and not isinstance(text, str):
        raise ZypiError(f"the {name} of the answer is no text{_STRANGE}")
    return text or ""


def _seconds(took: Any) -> float:
    """Give how long a command took; 0 when the answer does not say it."""
    try:
        seconds = float(took) / 1000 if isinstance(took, (int, float)) else 0.0
    except OverflowError:
        return 0.0
    return seconds if 0 <= seconds < math.inf else 0.0


def _said(body: bytes) -> str:
    """Give what an answer says is wrong, whatever its form; "" when it says nothing."""
    error = (read_object(body) or {}).get("error")
    return error if isinstance(error, str) else body.decode("utf-8", "replace").strip()


def _failure(status: int, said: str, request: ExecRequest) -> ExecResult:
    """Tell what a status of 500 and above means."""
    if said.strip() == ":timeout":
        _timed_out(request, {})
    if "image_not_found" in said:
        message = f"Zypi does not have the image {request.image!r}"
        raise ImageNotFoundError(f"{message}: import it (POST /images/NAME/import), or choose another")
    if "-32003" in said:
        hint = f"name programs by their path in /bin or /usr/bin, files below {', '.join(OPEN_FOLDERS)}"
        raise RefusedError("the policy of Zypi's guest forbids it", said=said, hint=hint)
    if "-32000" in said:
        code = _not_started(said)
        if code is not None:
            return ExecResult(exit_code=code, stderr=f"{printable(said)}\n")
    message = f"Zypi failed ({status})"
    message += "" if said else ", without a word of why"
    raise LostAnswerError(message, said=said, hint="the command may have run: see the log of Zypi")


def _not_started(said: str) -> int | None:
    """Give the exit code of a shell for what kept the guest from starting a program; None for other things.

    Raises:
        RefusedError: there is no such folder to start it in.
    """
    if "executable file not found" in said:
        return NOT_FOUND
    if "chdir " in said:
        raise RefusedError(
            "the guest cannot go to the working directory", said=said, hint="choose one of the image"
        )
    if "fork/exec " not in said:
        return None
    return NOT_FOUND if "no such file or directory" in said else CANNOT_RUN


def _timed_out(request: ExecRequest, told: Mapping[str, Any]) -> NoReturn:
    raise SandboxTimeoutError(
        f"stopped after its timeout of {request.seconds} s",
        stdout=_stream(told, "stdout"),
        stderr=_stream(told, "stderr"),
    )


def _plain(text: str) -> bool:
    """Whether a text can be sent, and be an argument of a program."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _name(name: str) -> str:
    """Check the name of a variable."""
    if not name or "=" in name or not _plain(name):
        raise RefusedError(f"{name!r} is no name of an environment variable")
    return name


def _text(value: object, what: str, *, nul: bool = False) -> str:
    if not isinstance(value, str) or not _plain(value.replace("\0", "")):
        raise RefusedError(f"{what} is no text: Zypi takes UTF-8 only; encode it, as with base64")
    if not nul and "\0" in value:
        raise RefusedError(f"{what} contains the character NUL, which no program can be given")
    return value
