"""The browser in its own sandbox, which root cannot make: run by an ordinary user, where the kernel lets one.

That user may see neither this interpreter nor this folder: a copy of the program is run by the system's.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wfe_yaml.executors.browsing
from tests.waiting import PATIENCE
from wfe_yaml.executors.types.browser import find_browser

# No marker `browser`: that one is present does not mean that it can make its sandbox here.
pytestmark = pytest.mark.skipif(
    find_browser(os.environ.get("PATH")) is None, reason="no Chromium here: apt install chromium"
)

BOOT = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from wfe_yaml.executors.browsing.main import main; main()"
)
WANTED = {
    "url": None,
    "html": "<title>Shut in</title><p>seen",
    "mode": "text",
    "path": None,
    "carried": False,
    "wait": "load",
    "selector": None,
    "expect_status": ["2xx"],
    "width": 320,
    "height": 200,
    "full_page": False,
    "sandbox": True,
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of the user's own, with the program in it."""
    made = Path(tempfile.mkdtemp(prefix="wfe-sandbox-"))
    package = made / "lib" / "wfe_yaml" / "executors"
    source = Path(wfe_yaml.executors.browsing.__file__).parent
    shutil.copytree(source, package / "browsing", ignore=shutil.ignore_patterns("__pycache__"))
    for each in (package, package.parent):
        (each / "__init__.py").touch()
    (made / "work").mkdir()
    yield made
    shutil.rmtree(made)


def run_as_nobody(argv: list[str], folder: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program as a user who may do nothing special, and to whom a folder belongs."""
    user = pwd.getpwnam("nobody")
    for each in (folder, *folder.rglob("*")):
        os.chown(each, user.pw_uid, user.pw_gid)
    return subprocess.run(
        argv, cwd=folder / "work", input=given, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={"PATH": os.defpath, "HOME": str(folder / "work")},
        user=user.pw_uid, group=user.pw_gid, extra_groups=[],
    )  # fmt: skip


@pytest.mark.parametrize("root", [False, True], ids=["user", "root"])
def test_an_ordinary_user_has_the_sandbox(folder: Path, root: bool) -> None:
    """The browser makes its sandbox; root, be it of a namespace, has none, and nothing starts without."""
    python, unshare = shutil.which("python3", path=os.defpath), shutil.which("unshare")
    if os.geteuid() != 0 or python is None or unshare is None:
        pytest.skip("needs root, who can become somebody else, a python3 of the system, and unshare")
    if run_as_nobody([unshare, "--user", "true"], folder).returncode:
        pytest.skip("this kernel lets no ordinary user make a namespace, of which the sandbox is made")
    browser = find_browser(os.environ.get("PATH"))
    work = folder / "work"
    argv = [python, "-I", "-c", BOOT, str(folder / "lib"), str(work), f"{work}/outputs", f"{work}/error"]
    if root:
        argv = [unshare, "--user", "--map-root-user", *argv]
    done = run_as_nobody(argv, folder, json.dumps({**WANTED, "browser": browser}))
    told: dict[str, Any] = json.loads((work / ("error" if root else "outputs")).read_text("utf-8"))
    assert done.returncode == root, done.stderr
    if root:
        assert "cannot make its sandbox here" in told["message"]
    else:
        assert (told["title"], told["text"]) == ("Shut in", "seen")
