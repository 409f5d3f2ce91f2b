"""`CachedProgram`: does not run a step again whose script, environment, inputs and files are unchanged.

What a step made is kept in `.wfe/cache` of the current directory: a small JSON file for each step (and key
of its cache), and an archive of the files that its cache names.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_core.errors import StepError
from wfe_yaml.compiler.body import REUSE
from wfe_yaml.executors.base import Program, StepPause, StepResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wfe_core.clock import Clock
    from wfe_yaml.executors.base import StepCall
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.expressions.templates import Expression
    from wfe_yaml.model.artifacts import ArtifactModel
    from wfe_yaml.model.steps import StepModel

FOLDER = Path(".wfe", "cache")
_FRESH = 3_600.0
"""Seconds for which what nothing refers to is left alone: it may be being written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a step is made of, as far as the file says it.

    Attributes:
        step: its keys.
        text: everything in the file that makes the step what it is, as one text.
        expressions: all expressions whose values it depends on.
        workflow: the id of the workflow.
        place: where it stands.
        clock: tells how old a result is.
    """

    step: StepModel
    text: str
    expressions: tuple[Expression, ...]
    workflow: str
    place: Place
    clock: Clock


class CachedProgram(Program):
    """Runs a program unless its last result still holds."""

    def __init__(self, inner: Program, recipe: Recipe) -> None:
        self._inner = inner
        self._recipe = recipe
        self._cache = recipe.step.cache
        self._sources = recipe.step.sources or []
        self._generates = recipe.step.generates or []

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Those of the program, and the key of the cache."""
        own = self._cache.key_.expressions if self._cache is not None and self._cache.key_ is not None else ()
        return (*self._inner.expressions, *own)

    @property
    def artifacts(self) -> Mapping[str, ArtifactModel]:
        """Those of the program."""
        return self._inner.artifacts

    async def run(self, call: StepCall) -> StepResult | StepPause:
        """Take the kept result, or run the program and keep its result.

        Raises:
            StepError: the program failed, or did not make what it `generates`.
        """
        file = self._file(call)
        made_of = self._made_of(call)
        files = await asyncio.to_thread(_digests, Path(call.root), self._sources)
        kept = await asyncio.to_thread(_read, file)
        reason = self._why_run(kept, made_of, files, Path(call.root))
        if reason is None and kept is not None and await self._put_back(file, Path(call.root)):
            call.ctx.emit(REUSE, f"not run: nothing has changed since {kept['run']}")
            return StepResult(outputs=kept["outputs"], exit_code=0)
        call.ctx.emit(REUSE, f"run: {reason or 'the kept files cannot be read'}")
        result = await self._inner.run(call)
        if isinstance(result, StepPause):
            return result
        for pattern in self._generates:
            if not _matches(Path(call.root), pattern):
                raise StepError(f"the step ended well but did not make {pattern!r}, which it generates")
        entry = {
            "made_of": made_of,
            "files": files,
            "outputs": result.outputs,
            "at": (now := self._recipe.clock.now()),
            "until": None if self._cache is None or self._cache.ttl is None else now + self._cache.ttl,
            "run": call.ctx.instance_id,
        }
        paths = self._cache.paths if self._cache is not None else None
        await asyncio.to_thread(_keep, file, entry, Path(call.root), paths or [])
        return result

    def _file(self, call: StepCall) -> Path:
        key = self._cache.key_.text(call.names) if self._cache is not None and self._cache.key_ else ""
        slot = self._recipe.place.slot(call.ctx.indices)
        return FOLDER / f"{_digest([str(Path(call.root).absolute()), self._recipe.workflow, slot, key])}.json"

    def _made_of(self, call: StepCall) -> str:
        """Give a digest of the script, the environment and the inputs: values never reach the disk."""
        values = [[item.compiled.code, item.evaluate(call.names)] for item in self._recipe.expressions]
        return _digest([self._recipe.text, values])

    def _why_run(
        self, kept: dict[str, Any] | None, made_of: str, files: dict[str, str], root: Path
    ) -> str | None:
        """Say why the step must run; None when its last result still holds."""
        if kept is None:
            return "there is no earlier result"
        if kept["made_of"] != made_of:
            return "its script, environment or inputs have changed"
        changed = sorted(
            name for name in {**kept["files"], **files} if kept["files"].get(name) != files.get(name)
        )
        if changed:
            return f"{changed[0]} has changed" + (f", and {len(changed) - 1} more" if changed[1:] else "")
        missing = [pattern for pattern in self._generates if not _matches(root, pattern)]
        if missing:
            return f"{missing[0]} is not there"
        ttl = self._cache.ttl if self._cache is not None else None
        if ttl is not None and self._recipe.clock.now() - kept["at"] > ttl:
            return "the kept result is too old"
        return None

    async def _put_back(self, file: Path, root: Path) -> bool:
        """Put the kept files back; False when that fails."""
        if self._cache is None or self._cache.paths is None:
            return True
        return await asyncio.to_thread(_unpack, file.with_suffix(".tar"), root)


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _matches(root: Path, pattern: str) -> list[Path]:
    return sorted(path for path in root.glob(pattern) if path.is_file())


def _digests(root: Path, patterns: Iterable[str]) -> dict[str, str]:
    """Give the digest of each file, by its path below the folder."""
    found: dict[str, str] = {}
    for pattern in patterns:
        for path in _matches(root, pattern):
            with path.open("rb") as stream:
                found[path.relative_to(root).as_posix()] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found


def _read(file: Path) -> dict[str, Any] | None:
    """Give what was kept; what cannot be read is as good as nothing."""
    try:
        kept: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return kept if {"made_of", "files", "outputs", "at", "run"} <= kept.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


def _keep(file: Path, entry: dict[str, Any], root: Path, patterns: list[str]) -> None:
    """Write the archive, then the entry, each whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if patterns:
        found = dict.fromkeys(path for pattern in patterns for path in _matches(root, pattern))
        with (
            tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as made,
            tarfile.open(fileobj=made, mode="w") as archive,
        ):
            for path in found:
                archive.add(path, path.relative_to(root).as_posix(), recursive=False)
        Path(made.name).replace(file.with_suffix(".tar"))
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as text:
        json.dump(entry, text, ensure_ascii=False)
    Path(text.name).replace(file)


def sweep_cache(now: int) -> int:
    """Remove results that are too old to count, and what killed runners have half written; gives how many."""
    doomed = [
        part
        for file in FOLDER.glob("*.json")
        if (until := (_read(file) or {}).get("until")) is not None and now > until
        for part in (file, file.with_suffix(".tar"))
    ]
    for file in FOLDER.glob("tmp*"):
        with contextlib.suppress(OSError):
            if now / 1e6 - file.stat().st_mtime > _FRESH:
                doomed.append(file)
    for file in doomed:
        file.unlink(missing_ok=True)
    return len(doomed)


def _unpack(archive: Path, root: Path) -> bool:
    """Put the files of an archive in their places; nothing outside of the folder is touched."""
    try:
        with tarfile.open(archive) as kept:
            kept.extractall(root, filter="data")
    except (OSError, tarfile.TarError):
        return False
    return True
