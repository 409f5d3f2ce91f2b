"""Has a browser step done in a microVM, and takes what it gives; runs under the supervisor of the run.

As the process of a zypi step it outlives a runner that is killed. What it sends is the program that any
browser step has, as the files of its modules, and what it gets back are the files that this program writes.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from wfe_yaml.executors import browsing
from wfe_yaml.executors.browsing.devtools import BrowserError
from wfe_yaml.executors.browsing.keeping import write
from wfe_yaml.executors.types.zypi_exchange import Report, exchange, show
from wfe_yaml.executors.types.zypi_exchange import main as run_to_its_end
from wfe_yaml.zypi.errors import ZypiError
from wfe_yaml.zypi.guest import Guest
from wfe_yaml.zypi.protocol import NOT_FOUND, ExecRequest, ExecResult, read_object

OLDEST = (3, 8)
"""The oldest Python that can drive the browser."""
_OUTPUT, _ERROR, _TAKEN = "output", "error", "taken"


def modules() -> dict[str, str]:
    """Give the texts of the modules of the program by their paths."""
    folder = browsing.__name__.replace(".", "/")
    found = sorted(Path(str(browsing.__file__)).parent.glob("*.py"))
    return {f"{folder}/{each.name}": each.read_text("utf-8") for each in found}


def _boot() -> str:
    """Give what `python3 -c` runs: the program, if it is new enough for that."""
    return (
        f"import sys; sys.version_info >= {OLDEST} or sys.exit('it is python3 ' + sys.version.split()[0]); "
        "sys.path.append(sys.argv.pop(1)); from wfe_yaml.executors.browsing.main import main; main()"
    )


def request_of(told: dict[str, Any], guest: Guest) -> ExecRequest:
    """Make the request: the program, its modules, and what the step wants.

    Raises:
        RefusedError: the guest could not do it.
    """
    folder = guest.path("").rstrip("/")
    wanted: dict[str, Any] = {**told["wanted"]}
    if wanted["path"] is not None:
        wanted["path"] = guest.path(_TAKEN)
    request = ExecRequest(
        # Neither the packages nor the variables of the image mean anything to it.
        command=(
            "python3",
            "-I",
            "-S",
            "-c",
            _boot(),
            *2 * (folder,),
            guest.path(_OUTPUT),
            guest.path(_ERROR),
        ),
        image=told["image"],
        env=told["env"],
        timeout=told["timeout"],
        files={guest.path(name): text for name, text in modules().items()},
        memory_mb=told["memory_mb"],
        vcpus=told["vcpus"],
    )
    collect = [guest.path(name) for name in (_OUTPUT, _ERROR, _TAKEN)]
    return guest.wrapped(request, stdin=json.dumps(wanted), collect=collect)


def take(told: dict[str, Any], guest: Guest, result: ExecResult) -> str:
    """Write the file of the step, and give its outputs.

    Raises:
        BrowserError: the page or the browser has failed, or the file cannot be written.
        ZypiError: something of the answer is missing.
    """
    output, error, taken = (result.files.get(guest.path(name)) for name in (_OUTPUT, _ERROR, _TAKEN))
    if result.exit_code != 0:
        raise BrowserError(_why(result, error), result.exit_code)
    path: str | None = told["wanted"]["path"]
    if output is None or (path is not None and taken is None):
        message = "the end of the answer of Zypi is missing, and with it what the browser took"
        raise ZypiError(f"{message}: take less, as by a smaller window, or see the log of Zypi")
    if path is not None and taken is not None:
        try:
            content = base64.b64decode(taken, validate=True)
        except ValueError as exc:
            raise ZypiError(f"what the browser took was damaged on its way from the microVM: {exc}") from None
        write(path, content)
    return output


def _why(result: ExecResult, error: str | None) -> str:
    """Say why it failed."""
    told = read_object((error or "").encode())
    if told is not None:
        return str(told.get("message"))
    oldest = ".".join(map(str, OLDEST))
    remedy = f"a browser in a microVM needs python3 ({oldest} or newer) and Chromium in the image"
    last = next((line for line in reversed(result.stderr.splitlines()) if line.strip()), "")
    if result.exit_code == NOT_FOUND:
        return f"the image has no python3: {remedy}"
    said = last[:300] or "it says nothing"
    return f"the program that drives the browser has ended in the microVM: {said}; {remedy}"


async def run(told: dict[str, Any], report: Report) -> int:
    """Have it done, say what became of it, and give the exit code."""
    guest = Guest()
    try:
        result = await exchange(told, guest, request_of(told, guest))
        # Files that have come are no output, even if the end is missing by which they are told from it.
        show(result.stdout.partition(f"\n{guest.word} ")[0], result.stderr)
        output = take(told, guest, result)
    except ZypiError as exc:
        return report.failed(exc)
    except BrowserError as exc:
        return report.ended(exc.code, "", str(exc))
    return report.ended(result.exit_code, output)


def main() -> None:
    """Run it, and end as the program in the microVM did."""
    run_to_its_end(run)
