"""`AsyncSandbox` and `Sandbox`: run commands in microVMs from a program."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ParamSpec, Self, TypeVar

from wfe_host.portal import Portal
from wfe_yaml.zypi.client import BOOT, MOST, ImageStatus, ZypiClient, find_url
from wfe_yaml.zypi.errors import CommandFailedError, RefusedError
from wfe_yaml.zypi.guest import Guest, merged, shell
from wfe_yaml.zypi.protocol import DEFAULT_TIMEOUT, ExecRequest, ExecResult, path_trouble

if TYPE_CHECKING:
    from types import TracebackType

P = ParamSpec("P")
T = TypeVar("T")


class AsyncSandbox:
    """Runs commands, each in a microVM of its own: use it inside `async with`.

    What the arguments say holds for all commands; those of a command are added, and go before. Nothing that
    a command changes is there for the next one.

    Args:
        image: the image that the microVMs are made of.
        url: where Zypi is; `WFE_ZYPI_URL` of the environment by default, else port 4000 of this machine.
        env: environment variables.
        working_dir: a folder in the microVM.
        timeout: seconds that a command may take, rounded up to whole ones.
        memory_mb: memory of a microVM.
        vcpus: its processors.
        files: texts by their paths in the microVM, written before a command runs.
        boot: seconds that a microVM may take to start, on top of the timeout.
        max_answer: the most bytes that a command may write.

    Raises:
        RefusedError: the address is none, or the guest would not write one of the files.
    """

    def __init__(
        self,
        image: str,
        *,
        url: str | None = None,
        env: Mapping[str, str] | None = None,
        working_dir: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        memory_mb: int | None = None,
        vcpus: int | None = None,
        files: Mapping[str, str] | None = None,
        boot: float = BOOT,
        max_answer: int = MOST,
    ) -> None:
        self._client = ZypiClient(find_url(url, os.environ), boot=boot, max_answer=max_answer)
        self._files: dict[str, str] = {}
        for path, text in (files or {}).items():
            self.write_file(path, text)
        self._usual = ExecRequest(
            command=(),
            image=image,
            env=dict(env or {}),
            working_dir=working_dir,
            timeout=timeout,
            memory_mb=memory_mb,
            vcpus=vcpus,
        )

    @property
    def url(self) -> str:
        """Where Zypi is."""
        return self._client.url

    async def __aenter__(self) -> Self:
        """Make connections possible; no microVM runs between commands."""
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self._client.__aexit__(kind, exc, traceback)

    def write_file(self, path: str, text: str) -> None:
        """Let all later commands find a file.

        Args:
            path: in the microVM: below /tmp, /var/tmp, /var/log or /home.
            text: what stands in it.

        Raises:
            RefusedError: the guest would not write it.
        """
        trouble = path_trouble(path)
        if trouble is not None:
            raise RefusedError(trouble)
        self._files[path] = text

    async def exec(
        self,
        command: str | Sequence[str],
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        working_dir: str | None = None,
        timeout: float | None = None,
        files: Mapping[str, str] | None = None,
        collect: Sequence[str] = (),
    ) -> ExecResult:
        """Run a command, and give what it gave, whatever its exit code is.

        It is sent once. When the call is cancelled its connection is closed; Zypi has no way to stop a
        command, so it ends with its timeout at the latest.

        Args:
            command: the program and its arguments, or a script for `/bin/sh -e`.
            stdin: what it reads; nothing by default.
            env: more environment variables.
            working_dir: another folder.
            timeout: another timeout, in seconds.
            files: more files.
            collect: paths of text files that it leaves and that are wanted; those that are there come in
                `files` of the result. This and `stdin` need `/bin/sh` in the image.

        Raises:
            ZypiError: it was not run, took too long, or its result is not known.
        """
        usual = self._usual
        request = replace(
            usual,
            command=shell(command) if isinstance(command, str) else tuple(command),
            env=merged(usual.env, env),
            working_dir=usual.working_dir if working_dir is None else working_dir,
            timeout=usual.timeout if timeout is None else timeout,
            files=merged(self._files, files),
        )
        if stdin is None and not collect:
            return await self._client.exec(request)
        guest = Guest()
        result = await self._client.exec(guest.wrapped(request, stdin=stdin, collect=collect))
        return guest.unwrapped(result)

    async def check_output(
        self,
        command: str | Sequence[str],
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
        files: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command and give what it wrote to its stdout; see `exec`.

        Raises:
            CommandFailedError: its exit code is not 0.
            ZypiError: it was not run, took too long, or its result is not known.
        """
        result = await self.exec(command, stdin=stdin, env=env, timeout=timeout, files=files)
        if result.exit_code != 0:
            raise CommandFailedError(result)
        return result.stdout

    async def health(self) -> str:
        """Ask how Zypi is; see `ZypiClient.health`."""
        return await self._client.health()

    async def image_status(self, image: str | None = None) -> ImageStatus:
        """Ask what became of an image, by default that of the sandbox; see `ZypiClient.image_status`."""
        return await self._client.image_status(self._usual.image if image is None else image)


class Sandbox:
    """`AsyncSandbox` for code that blocks: use it inside `with`. Any number of threads may use it at once.

    Args:
        image: see `AsyncSandbox`, also for the others.
        url: where Zypi is.
        env: environment variables.
        working_dir: a folder in the microVM.
        timeout: seconds that a command may take.
        memory_mb: memory of a microVM.
        vcpus: its processors.
        files: texts by their paths in the microVM.
        boot: seconds that a microVM may take to start.
        max_answer: the most bytes that a command may write.
    """

    def __init__(
        self,
        image: str,
        *,
        url: str | None = None,
        env: Mapping[str, str] | None = None,
        working_dir: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        memory_mb: int | None = None,
        vcpus: int | None = None,
        files: Mapping[str, str] | None = None,
        boot: float = BOOT,
        max_answer: int = MOST,
    ) -> None:
        self._sandbox = AsyncSandbox(
            image, url=url, env=env, working_dir=working_dir, timeout=timeout, memory_mb=memory_mb,
            vcpus=vcpus, files=files, boot=boot, max_answer=max_answer,
        )  # fmt: skip
        self._portal = Portal()

    @property
    def url(self) -> str:
        """Where Zypi is."""
        return self._sandbox.url

    def __enter__(self) -> Self:
        """Start the thread that speaks with Zypi."""
        if not self._portal.open():
            message = "the sandbox is open already: use it inside one  with  at a time"
            raise RuntimeError(message)
        try:
            self._portal.run(self._sandbox.__aenter__)
        except BaseException:
            self._portal.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close all connections, and end the thread."""
        try:
            self._portal.run(self._sandbox.__aexit__, None, None, None)
        finally:
            self._portal.close()

    def write_file(self, path: str, text: str) -> None:
        """See `AsyncSandbox.write_file`."""
        self._sandbox.write_file(path, text)

    def exec(
        self,
        command: str | Sequence[str],
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        working_dir: str | None = None,
        timeout: float | None = None,
        files: Mapping[str, str] | None = None,
        collect: Sequence[str] = (),
    ) -> ExecResult:
        """See `AsyncSandbox.exec`."""
        return self._run(
            self._sandbox.exec, command, stdin=stdin, env=env, working_dir=working_dir, timeout=timeout,
            files=files, collect=collect,
        )  # fmt: skip

    def check_output(
        self,
        command: str | Sequence[str],
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
        files: Mapping[str, str] | None = None,
    ) -> str:
        """See `AsyncSandbox.check_output`."""
        return self._run(
            self._sandbox.check_output, command, stdin=stdin, env=env, timeout=timeout, files=files
        )

    def health(self) -> str:
        """See `AsyncSandbox.health`."""
        return self._run(self._sandbox.health)

    def image_status(self, image: str | None = None) -> ImageStatus:
        """See `AsyncSandbox.image_status`."""
        return self._run(self._sandbox.image_status, image)

    def _run(self, fn: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        if not self._portal.is_open:
            message = "the sandbox is closed: use it inside  with Sandbox(…) as sandbox:"
            raise RuntimeError(message)
        return self._portal.run(fn, *args, **kwargs)
