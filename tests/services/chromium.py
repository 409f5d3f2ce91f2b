"""An image with a Chromium for the tests of containers: that of this machine, with all that it needs."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from tests.services.docker import Docker, packed_image
from tests.services.local import UnavailableError
from tests.services.podman import Podman
from wfe_yaml.executors.types.browser import find_browser

CHROMIUM = "wfe-test-chromium:1"
_FOLDERS = ("/usr/lib/chromium", "/opt/google/chrome")
"""Where packages put the program, behind a script on PATH."""
_LOADED = ("nss/*.so", "libsoftokn3.so", "libfreebl*.so")
"""Libraries that it opens by name, so that nobody finds them in the program."""
FONTS = ("/etc/fonts", "/usr/share/fonts/truetype/dejavu")


def chromium_image(engine: Docker | Podman) -> str:
    """Make the image, once for an engine, and give its name; in it an ordinary user runs programs.

    Raises:
        UnavailableError: there is no Chromium here.
    """
    whose = engine.host if isinstance(engine, Docker) else engine.config
    word = hashlib.sha256(whose.encode()).hexdigest()[:16]
    with Path(tempfile.gettempdir(), f"wfe-test-chromium-{word}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not engine("images", "--quiet", CHROMIUM):
            _make(engine)
        Path(lock.name).unlink(missing_ok=True)
    return CHROMIUM


def _make(engine: Docker | Podman) -> None:
    found = program()
    argv = [engine.client, "import", "--change", "USER 1234", "-", CHROMIUM]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(argv, env=engine.environ, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
    assert process.stdin is not None
    with tarfile.open(fileobj=process.stdin, mode="w|", dereference=True) as archive:
        with tarfile.open(fileobj=io.BytesIO(packed_image())) as base:
            for member in base:
                archive.addfile(member, base.extractfile(member) if member.isfile() else None)
        link = tarfile.TarInfo("bin/chromium")
        link.type, link.linkname = tarfile.SYMTYPE, str(found)
        archive.addfile(link)
        for path in (found.parent, *map(Path, FONTS), *libraries(found)):
            if path.exists():
                archive.add(path, filter=_kept)
    process.stdin.close()
    if process.wait():
        raise UnavailableError(f"{engine.client} has not imported the image of the Chromium of this machine")


def _kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return member if needed(member.name) else None


def needed(name: str) -> bool:
    """Tell whether a page in a test needs a file of the browser."""
    return "VkLayer" not in name and ("/locales/" not in name or "en-US" in name)


def program() -> Path:
    """Find the program itself."""
    named = find_browser(os.environ.get("PATH"))
    if named is None:
        raise UnavailableError("no Chromium here: apt install chromium")
    for found in (Path(named).resolve(), *(Path(each, Path(each).name) for each in _FOLDERS)):
        if found.is_file() and found.read_bytes()[:4] == b"\x7fELF":
            return found
    raise UnavailableError(f"the program behind {named} is not found")


def libraries(program: Path) -> list[Path]:
    """Name the libraries of a program, and the loader of them."""
    told = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    named = [Path(each) for each in re.findall(r"(/\S+) \(0x", told)]
    folders = {each.parent for each in named if each.name.startswith("libnss3.so")}
    return [*named, *(path for folder in folders for word in _LOADED for path in folder.glob(word))]
