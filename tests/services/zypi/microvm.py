"""`MicroVm`: runs a command in a real microVM of QEMU, emulated, so that it needs no right to use KVM.

The kernel is the one of Debian's `linux-image-cloud-amd64`, which `python -m tests.services.zypi.microvm`
fetches into a cache; its first file system is made of `busybox-static`, and of the command. What becomes of
it comes back as a tar archive over the second serial port.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import platform
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.services.local import UnavailableError, program
from tests.services.zypi.initramfs import File, archive
from tests.services.zypi.machines import Command, GuestError, Machine, Outcome, missing

_PACKAGE = "linux-image-cloud-amd64"
# Without the clock rate the kernel measures it against a timer that such a machine does not have.
_KERNEL_LINE = "console=ttyS0 quiet tsc_early_khz=2000000 reboot=t panic=-1"
_PT_INTERP = 3
_FOLDERS = ("bin", "dev", "proc", "sys", "root", "home", "etc", "usr", "var", "var/log")
_OPEN = ("tmp", "var/tmp", "wfe")
_INIT = """\
#!/bin/sh
mount -t devtmpfs dev /dev
mount -t proc proc /proc
stty -F /dev/ttyS1 raw -echo
export PATH=/bin:/usr/bin HOME=/root
{env}
cd {workdir} || exit
if command -v {program} >/dev/null; then
    setsid /bin/sh -c 'exec "$@"' sh {command} >/wfe/stdout 2>/wfe/stderr </dev/null &
    running=$!
    (sleep {timeout}; touch /wfe/timed_out; kill -KILL -- "-$running") &
    wait "$running"
    echo $? >/wfe/code
else
    touch /wfe/missing
fi
tar -C /wfe -cf /dev/ttyS1 .
reboot -f
"""


class MicroVm(Machine):
    """A microVM for each command.

    Raises:
        UnavailableError: QEMU, the kernel or busybox is not there, or it is another kind of machine.
    """

    def __init__(self) -> None:
        if platform.machine() != "x86_64":
            raise UnavailableError(f"the kernel is for x86_64, and this is {platform.machine()}")
        self._qemu = program("qemu-system-x86_64")
        self._kernel = kernel()
        self._base = base()

    async def run(self, command: Command) -> Outcome:
        """Boot one, run the command, and read what became of it; see `Machine.run`."""
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="wfe-microvm-"))
        try:
            await asyncio.to_thread((folder / "initrd").write_bytes, self._base + archive(_files(command)))
            await self._boot(command, folder)
            return await asyncio.to_thread(_outcome, folder, command.cmd[0])
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _boot(self, command: Command, folder: Path) -> None:
        argv = [
            *("-M", "microvm", "-accel", "tcg", "-m", str(command.memory_mb), "-smp", str(command.vcpus)),
            *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
            *("-kernel", str(self._kernel), "-initrd", "initrd", "-append", _KERNEL_LINE),
            *("-serial", "file:console", "-chardev", "file,id=back,path=back"),
            *("-device", "isa-serial,chardev=back,iobase=0x2f8,irq=3"),
        ]
        with (folder / "qemu").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                self._qemu, *argv, cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            await process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _files(command: Command) -> Mapping[str, File]:
    """Give what a command adds to the file system: its files, and the script that runs it."""
    files: dict[str, File] = {}
    for path, text in command.files.items():
        parents = Path(path.lstrip("/")).parents
        files.update(
            {str(each): File.folder(0o1777) for each in reversed(parents) if str(each) not in _all()}
        )
        files[path.lstrip("/")] = File(text.encode())
    init = _INIT.format(
        env="\n".join(f"export {name}={shlex.quote(value)}" for name, value in command.env.items()),
        workdir=shlex.quote(command.workdir or "/"),
        program=shlex.quote(command.cmd[0]),
        command=shlex.join(command.cmd),
        timeout=command.timeout,
    )
    return {**files, "init": File(init.encode())}


def _all() -> set[str]:
    return {".", *_FOLDERS, *_OPEN}


def _outcome(folder: Path, program: str) -> Outcome:
    """Read what came back.

    Raises:
        GuestError: there is no such program, or the microVM has died.
    """
    told: dict[str, bytes] = {}
    with (
        contextlib.suppress(tarfile.TarError),
        tarfile.open(fileobj=io.BytesIO((folder / "back").read_bytes())) as tar,
    ):
        for member in tar:
            file = tar.extractfile(member)
            if file is not None:
                told[Path(member.name).name] = file.read()
    if "missing" in told:
        raise missing(program)
    if "code" not in told:
        said = (folder / "console").read_text("utf-8", "replace")[-500:]
        raise GuestError(
            -32603, f"the microVM died: {said} {(folder / 'qemu').read_text('utf-8', 'replace')}"
        )
    code = int(told["code"])
    timed_out = "timed_out" in told
    # As in Zypi's agent: a signal is no exit code.
    return Outcome(
        -1 if timed_out or code > 128 else code, told["stdout"], told["stderr"], timed_out=timed_out
    )


# ---------------------------------------------------------------- what it is made of


@cache
def base() -> bytes:
    """Give the file system without a command: busybox under all of its names.

    Raises:
        UnavailableError: busybox is not there, or needs libraries.
    """
    busybox = Path(program("busybox"))
    content = busybox.read_bytes()
    if _interpreted(content):
        raise UnavailableError("busybox is not static: install busybox-static")
    names = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    files = {name: File.folder() for name in _FOLDERS}
    files.update({name: File.folder(0o1777) for name in _OPEN})
    files.update({"bin/busybox": File(content), "usr/bin": File.link("/bin")})
    files.update({f"bin/{name}": File.link("busybox") for name in names if name != "busybox"})
    return archive(files)


def _interpreted(program: bytes) -> bool:
    """Whether an ELF file of 64 bits asks for a loader of libraries; see elf(5)."""
    at, size, count = struct.unpack_from("<Q", program, 32) + struct.unpack_from("<HH", program, 54)
    kinds = (struct.unpack_from("<I", program, at + each * size)[0] for each in range(count))
    return _PT_INTERP in kinds


def kernel() -> Path:
    """Find the kernel in the cache.

    Raises:
        UnavailableError: nobody has fetched it.
    """
    path = _cache() / "vmlinuz"
    if not path.exists():
        raise UnavailableError("there is no kernel: python -m tests.services.zypi.microvm fetches one")
    return path


def fetch() -> None:
    """Fetch the kernel's package, and take the kernel out of it: nothing is installed."""
    with contextlib.suppress(UnavailableError):
        kernel()
        return
    home = _cache()
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # The user that apt changes to must be able to write here.
        Path(folder).chmod(0o777)
        if not _downloaded(folder):
            # What apt knows may be old, or nothing yet.
            subprocess.run(["apt-get", "-qq", "update"], check=True)
            if not _downloaded(folder):
                raise UnavailableError(f"the package {_PACKAGE} cannot be had here")
        (package,) = Path(folder).glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, "root"], cwd=folder, check=True)
        (image,) = Path(folder).glob("root/boot/vmlinuz-*")
        # Not in place until it is whole.
        shutil.move(image, home / "incomplete")
        (home / "incomplete").rename(home / "vmlinuz")


def _downloaded(folder: str) -> bool:
    """Have apt put the package with the kernel into a folder; tells whether it could."""
    argv = ["apt-cache", "depends", _PACKAGE]
    told = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    found = re.search(r"Depends: (linux-image-\S+-cloud-amd64)$", told, re.MULTILINE)
    if found is None:
        return False
    return subprocess.run(["apt-get", "-qq", "download", found[1]], cwd=folder, check=False).returncode == 0


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME")
    return (Path(given) if given else Path.home() / ".cache") / "wfe-tests" / "microvm"


if __name__ == "__main__":
    fetch()
    sys.stdout.write(f"{kernel()}\n")
