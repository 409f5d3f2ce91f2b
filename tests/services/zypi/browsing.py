"""A browser step in a real microVM, by hand: `python -m tests.services.zypi.browsing`.

The microVM is QEMU's, emulated, with the Chromium and the python3 of this machine in its first file system:
some 450 MiB, and minutes of processor time, which is too much for a test that runs each time.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

from tests.services.chromium import FONTS, libraries, needed, program
from tests.services.zypi.initramfs import File, archive
from tests.services.zypi.microvm import MicroVm
from tests.services.zypi.server import ZypiServer
from wfe_yaml.testing import RunningStep

_PYTHON = "/usr/bin/python3"
_STEP = {
    "in": "zypi",
    "image": "busybox",
    "memory": "2g",
    "vcpus": 2,
    "timeout": "30m",
    "boot": "10m",
    "html": "<title>Inside</title><p id=p><script>p.textContent = `${6 * 7}`</script>",
}


class _Chromium(MicroVm):
    """A microVM that has a browser and a Python."""

    def __init__(self) -> None:
        super().__init__()
        self._base += _packed()


def _packed() -> bytes:
    """Pack the programs with all that they need; `bin` and `usr/bin` are one folder there."""
    python, browser = Path(_PYTHON).resolve(), program()
    argv = [_PYTHON, "-I", "-S", "-c", "import os; print(os.path.dirname(os.__file__))"]
    modules = Path(subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip())
    paths = [python, *libraries(python), *libraries(browser), *_below(browser.parent), *_below(modules)]
    paths += [path for folder in FONTS for path in _below(Path(folder))]
    files: dict[str, File] = {}
    for path in paths:
        name = (
            str(path).lstrip("/").removeprefix("usr/") if path.parent == Path("/usr/bin") else str(path)[1:]
        )
        for parent in reversed(Path(name).parents[:-1]):
            files.setdefault(str(parent), File.folder())
        files[name] = File(path.read_bytes())
    files.pop("bin")
    return archive({**files, "bin/python3": File.link(str(python)), "bin/chromium": File.link(str(browser))})


def _below(folder: Path) -> list[Path]:
    """Name the files in a folder that a page needs."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and needed(str(path))]
    return [path for path in found if not {"__pycache__", "test"} & set(path.parts)]


async def main() -> None:
    """Run the step, and show what it gives."""
    server = ZypiServer(_Chromium())
    await server.start()
    step = RunningStep({**_STEP, "zypi_url": server.url}, kind="browser")
    sys.stdout.write(f"{await step.run()}\n{step.lines.text()}\n")
    await server.stop()


if __name__ == "__main__":
    if shutil.which(_PYTHON) is None:
        sys.exit(f"there is no {_PYTHON} to put into the microVM")
    asyncio.run(main())
