"""The program of a browser step: starts the browser, does what the step wants, and ends the browser.

Arguments: the private folder, the file of the outputs, the file of the error, and the command of an engine
that runs the browser in a container, if it is to run there: the pipe then is the stdin and stdout of that
command. By stdin comes what the step wants, as JSON. In a microVM the whole program runs there.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_yaml.executors.browsing.devtools import BrowserError, DevTools
from wfe_yaml.executors.browsing.keeping import carry, say, write
from wfe_yaml.executors.browsing.page import Page

if TYPE_CHECKING:
    from collections.abc import Generator

_FROM_US, _TO_US = 3, 4
"""The file descriptors at which the browser expects its pipe."""
_FREE = 10
_FLAGS = (
    *("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-default-apps", "--disable-extensions", "--disable-breakpad", "--disable-crash-reporter"),
    # In a container /dev/shm is small, and what is killed would leave files there.
    *("--disable-dev-shm-usage", "--metrics-recording-only", "--mute-audio", "--hide-scrollbars"),
    *("--password-store=basic", "--use-mock-keychain", "--disable-features=Translate,MediaRouter"),
)
_ENDING = 60.0
"""Seconds in which a browser that has closed its pipe is gone."""
_MISSING = 127
"""The exit code of a shell for a program that is not there."""
_TAIL = 20
"""Lines that are shown of what an engine and the browser in its container said, when there is no browser."""
_SANDBOX = ("no usable sandbox", "without --no-sandbox", "sandbox")


def main() -> None:
    """Run it."""
    folder, outputs, trouble, *engine = sys.argv[1:]
    wanted: dict[str, Any] = json.load(sys.stdin)
    try:
        with _browser(Path(folder), wanted, engine) as tools:
            found = _visit(tools, wanted)
    except BrowserError as exc:
        told = {"name": "", "message": str(exc)}
        Path(trouble).write_text(json.dumps(told), "utf-8")
        sys.exit(exc.code)
    Path(outputs).write_text(json.dumps(found) + "\n", "utf-8")


def _visit(tools: DevTools, wanted: dict[str, Any]) -> dict[str, Any]:
    """Load the page and give the outputs."""
    page = Page(tools, say)
    page.open(wanted["width"], wanted["height"])
    if wanted["html"] is not None:
        page.show(wanted["html"])
    else:
        page.load(wanted["url"], wanted["expect_status"])
    if wanted["wait"] == "idle":
        page.settle()
    elif isinstance(wanted["wait"], float):
        page.rest(wanted["wait"])
    if wanted["selector"] is not None:
        page.find(wanted["selector"])
    found: dict[str, Any] = {"title": page.title, "url": page.url, "status": page.status}
    mode: str = wanted["mode"]
    keep = carry if wanted["carried"] else write
    if mode == "screenshot":
        keep(wanted["path"], page.picture(full=wanted["full_page"]))
    elif wanted["path"] is not None:
        keep(wanted["path"], page.read(mode).encode())
    else:
        found[mode] = page.read(mode)
    return found


@contextlib.contextmanager
def _browser(folder: Path, wanted: dict[str, Any], engine: list[str]) -> Generator[DevTools]:
    """Start a browser whose profile and other files lie in the folder, or in a container, and end it."""
    profile = folder / "profile"
    spare = folder / "tmp"
    log = folder / "browser.log"
    spare.mkdir()
    flags = [*_FLAGS, f"--window-size={wanted['width']},{wanted['height']}"]
    if not wanted["sandbox"]:
        flags.append("--no-sandbox")
    browser: str = wanted["browser"] or _found(wanted["programs"])
    try:
        if engine:
            process, tools = _contained([*engine, *flags, "about:blank"], log)
        else:
            argv = [browser, *flags, f"--user-data-dir={profile}", "about:blank"]
            process, tools = _started(argv, {"HOME": str(folder), **_temporary(spare)}, log)
    except OSError as exc:
        raise BrowserError(f"{browser} cannot be started: {exc.strerror or exc}") from None
    try:
        try:
            tools.greet(hurry=not engine)
        except BrowserError as exc:
            try:
                code = process.wait(_ENDING)
            except subprocess.TimeoutExpired:
                # It is there, and hangs.
                raise exc from None
            raise BrowserError(_why(browser, log, engine), code if engine and code > 0 else 1) from None
        yield tools
    finally:
        # Asked to close it takes seconds, for a profile that nobody will read. What it has started ends, too;
        # a container is ended by whoever watches this process.
        process.kill()
        process.wait()
        for each in (profile, spare):
            shutil.rmtree(each, ignore_errors=True)


def _found(programs: list[str]) -> str:
    """Give the first of some programs that is there.

    Raises:
        BrowserError: none is.
    """
    for each in programs:
        found = shutil.which(each)
        if found is not None:
            return found
    names = " ".join(programs)
    raise BrowserError(f"the image has no program of these names, choose one by browser: {names}", _MISSING)


def _started(argv: list[str], more: dict[str, str], log: Path) -> tuple[subprocess.Popen[bytes], DevTools]:
    """Start a browser of this machine.

    Raises:
        OSError: the program cannot be started.
    """
    # The numbers 3 and 4 are the browser's: whatever of ours has them is moved out of the way.
    theirs, ours = os.pipe()
    answers, speaks = os.pipe()
    theirs, ours, answers, speaks = (_moved(each) for each in (theirs, ours, answers, speaks))
    os.dup2(theirs, _FROM_US)
    os.dup2(speaks, _TO_US)
    with log.open("wb") as stream:
        process = subprocess.Popen(
            argv,
            env={**os.environ, **more},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            pass_fds=(_FROM_US, _TO_US),
        )
    for handle in (theirs, speaks, _FROM_US, _TO_US):
        os.close(handle)
    return process, DevTools(answers, ours)


def _contained(argv: list[str], log: Path) -> tuple[subprocess.Popen[bytes], DevTools]:
    """Start a browser in a container, where a shell gives it stdin and stdout as the numbers 3 and 4.

    Raises:
        OSError: the program of the engine cannot be started.
    """
    theirs, ours = os.pipe()
    answers, speaks = os.pipe()
    with log.open("wb") as stream:
        process = subprocess.Popen(argv, stdin=theirs, stdout=speaks, stderr=stream)
    for handle in (theirs, speaks):
        os.close(handle)
    return process, DevTools(answers, ours)


def _moved(handle: int) -> int:
    moved = fcntl.fcntl(handle, fcntl.F_DUPFD_CLOEXEC, _FREE)
    os.close(handle)
    return moved


def _temporary(folder: Path) -> dict[str, str]:
    """Let the browser put what is temporary into the folder, so that nothing is left when it is killed.

    It makes a socket there, whose path may have about a hundred bytes, so it gets a short one.
    """
    short = f"/proc/{os.getpid()}/cwd"
    if not Path(short).exists():
        return {}
    os.chdir(folder)
    return {"TMPDIR": short}


def _why(browser: str, log: Path, engine: list[str]) -> str:
    """Say why the browser did not start; what an engine said of it is shown, too."""
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    if engine:
        sys.stderr.write("".join(f"{line}\n" for line in lines[-_TAIL:]))
        sys.stderr.flush()
    text = "\n".join(lines)
    if any(word in text.casefold() for word in _SANDBOX):
        return (
            f"{browser} cannot make its sandbox here (as root, or in a container): run the step as another "
            "user, or give it `sandbox: false` if the pages are your own"
        )
    return f"{browser} has ended at once: {lines[-1][:300] if lines else 'it says nothing'}"
