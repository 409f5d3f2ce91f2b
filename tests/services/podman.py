"""A podman for the tests, with a storage of its own: no daemon, and nothing of this machine is touched."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.services.docker import IMAGE, packed_image
from tests.services.engines import Engine
from tests.services.local import UnavailableError, program

_CONTAINERS = """\
[containers]
default_ulimits = [{limits}]
[engine]
{runtime}
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_config_dir = "{folder}/networks"
"""
_STORAGE = """\
[storage]
driver = "vfs"
runroot = "{folder}/run"
graphroot = "{folder}/data"
"""


class Podman(Engine):
    """A podman.

    Attributes:
        config: the text of its configuration.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__("podman")
        self.config = (folder / "containers.conf").read_text("utf-8")
        self._folder = folder

    @property
    def environ(self) -> dict[str, str]:
        """The variables with which it finds its configuration, and its storage."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "WFE_"))},
            "CONTAINERS_CONF": str(self._folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self._folder / "storage.conf"),
        }

    @property
    def controllers(self) -> frozenset[str]:
        """The limits that it can set."""
        told: Mapping[str, Any] = json.loads(self("info", "--format", "json"))
        return frozenset(told["host"]["cgroupControllers"])


@cache
def podman() -> Podman:
    """Make a storage and the image of the tests in it; both are gone when this process ends.

    Raises:
        UnavailableError: there is no podman, or it cannot run containers here.
    """
    for name in ("podman", "conmon", "catatonit"):
        program(name)
    if os.geteuid() != 0:
        raise UnavailableError("the tests of podman are for root: they look at limits and mounts")
    folder = Path(tempfile.mkdtemp(prefix="wfe-podman-"))
    (folder / "networks").mkdir()
    # What podman asks for by default is more than a root without CAP_SYS_RESOURCE may give.
    limits = '"nofile=1024:1024", "nproc=1024:1024"'
    # The other runtime, crun, refuses machines that have cgroups of both versions.
    runtime = 'runtime = "runc"' if shutil.which("runc") else ""
    text = _CONTAINERS.format(folder=folder, limits=limits, runtime=runtime)
    (folder / "containers.conf").write_text(text, "utf-8")
    (folder / "storage.conf").write_text(_STORAGE.format(folder=folder), "utf-8")
    made = Podman(folder)
    atexit.register(_remove, made, folder)
    made("import", "-", IMAGE, given=packed_image())
    made("run", "--rm", "--init", IMAGE, "true")
    return made


def _remove(made: Podman, folder: Path) -> None:
    """Remove the storage and what is mounted there."""
    subprocess.run(
        [made.client, "rm", "--all", "--force", "--time", "0"],
        env=made.environ,
        capture_output=True,
        check=False,
    )
    lines = Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
    for mounted in reversed([line.split()[4] for line in lines]):
        if mounted.startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", mounted], capture_output=True, check=False)
    shutil.rmtree(folder, ignore_errors=True)


def podman_or_skip() -> Podman:
    """Make a podman ready, or skip the test that needs it."""
    try:
        return podman()
    except UnavailableError as exc:
        pytest.skip(f"no podman: {exc}")
