"""`CachedProgram`: does not run a step again whose script, environment, inputs and files are unchanged.

What a step made is kept in `.wfe/cache` of the current directory: a small JSON file for each step (and key
of its cache), and an archive of the files that its cache names. The JSON file names the archive by its
digest, so whoever reads them while another run replaces them, or after a crash in between, finds both or
neither.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_core.errors import StepError
from wfe_yaml.compiler.body import REUSE
from wfe_yaml.executors.base import Program, StepPause, StepResult
from wfe_yaml.executors.environment import base_environment
from wfe_yaml.executors.masking import mask_text, revealed
from wfe_yaml.expressions.templates import Template
from wfe_yaml.secret_files import secret_in
from wfe_yaml.source.nodes import Mapping as MappingNode
from wfe_yaml.source.nodes import Scalar, Sequence, plain_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wfe_core.clock import Clock
    from wfe_yaml.executors.base import StepCall, Tools
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.expressions.templates import Expression
    from wfe_yaml.model.artifacts import ArtifactModel
    from wfe_yaml.model.steps import StepModel
    from wfe_yaml.source.problems import Problems

FOLDER = Path(".wfe", "cache")
_FRESH = 3_600.0
"""Seconds for which what nothing refers to is left alone: it may be being written."""
_KEYS = frozenset(
    ("made_of", "files", "outputs", "exit_code", "streams", "left", "archive", "at", "run"),
)
"""What an entry has."""


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
        file: the file with its script, if it has one.
        secrets: values by name that must not be kept.
        environ: what it sees of the environment of wfe beyond what every step sees.
    """

    step: StepModel
    text: str
    expressions: tuple[Expression, ...]
    workflow: str
    place: Place
    clock: Clock
    secrets: Mapping[str, str]
    file: Template | None = None
    environ: Callable[[], Mapping[str, str]] = dict


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
        root = Path(call.root)
        made_of = self._made_of(call)
        files = await asyncio.to_thread(self._files, call)
        kept = await asyncio.to_thread(_read, file)
        reason = self._why_run(kept, made_of, files, call)
        if reason is None and kept is not None:
            reason = await asyncio.to_thread(self._put_back, file, kept, call)
            if reason is None:
                self._tell(call, f"not run: nothing has changed since {kept['run']}")
                call.heard.put_back(kept["streams"])
                return StepResult(outputs=kept["outputs"], exit_code=kept["exit_code"])
        self._tell(call, f"run: {reason}")
        result = await self._inner.run(call)
        if isinstance(result, StepPause):
            return result
        for pattern in self._generates:
            if not _matches(root, pattern):
                raise StepError(f"the step ended well but did not make {pattern!r}, which it generates")
        entry = {
            "made_of": made_of,
            "files": files,
            "outputs": result.outputs,
            "exit_code": result.exit_code,
            "streams": call.heard.kept(),
            "left": await asyncio.to_thread(_digests, root, self._left(call)),
            "archive": None,
            "at": (now := self._recipe.clock.now()),
            "until": None if self._cache is None or self._cache.ttl is None else now + self._cache.ttl,
            "run": call.ctx.instance_id,
        }
        secret = await asyncio.to_thread(_secret_in, entry, root, self._paths, self._recipe.secrets)
        if secret is None:
            await asyncio.to_thread(_keep, file, entry, root, self._paths)
        else:
            self._tell(
                call, f"its result is not kept: the secret {secret} is in its files, or in their names"
            )
        return result

    def _tell(self, call: StepCall, text: str) -> None:
        call.ctx.emit(REUSE, mask_text(text, self._recipe.secrets))

    @property
    def _paths(self) -> list[str]:
        return (self._cache.paths if self._cache is not None else None) or []

    def _left(self, call: StepCall) -> list[str]:
        """Give the patterns of the artifacts: they are kept again from the files that lie there."""
        models = {**self._inner.artifacts, **(self._recipe.step.artifacts or {})}
        return [model.path.text(call.names) for model in models.values()]

    def _files(self, call: StepCall) -> dict[str, str]:
        """Give the digests of the files that it is made from, its script's and its modules' among them."""
        root = Path(call.root)
        found = _digests(root, self._sources)
        for path in self._inner.reads(call):
            for each in _below(path):
                found[_name(each, root)] = _digest_of(each)
        if self._recipe.file is not None:
            name = self._recipe.file.text(call.names)
            if (script := Path(root, name)).is_file():
                found[name] = _digest_of(script)
        return found

    def _file(self, call: StepCall) -> Path:
        key = self._cache.key_.text(call.names) if self._cache is not None and self._cache.key_ else ""
        slot = self._recipe.place.slot(call.ctx.indices)
        return FOLDER / f"{_digest([str(Path(call.root).absolute()), self._recipe.workflow, slot, key])}.json"

    def _made_of(self, call: StepCall) -> str:
        """Give a digest of the script, the environment and the inputs: values never reach the disk."""
        values = [[item.compiled.code, item.evaluate(call.names)] for item in self._recipe.expressions]
        return _digest([self._recipe.text, values, dict(self._recipe.environ())])

    def _why_run(
        self, kept: dict[str, Any] | None, made_of: str, files: dict[str, str], call: StepCall
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
        root = Path(call.root)
        nothing = [pattern for pattern in self._sources if not _matches(root, pattern)]
        if nothing:
            return f"no file matches {nothing[0]!r} of its sources"
        missing = [pattern for pattern in self._generates if not _matches(root, pattern)]
        if missing:
            return f"{missing[0]} is not there"
        if not call.heard.streams <= kept["streams"].keys():
            return "a later step reads what it wrote, which was not kept"
        ttl = self._cache.ttl if self._cache is not None else None
        if ttl is not None and self._recipe.clock.now() - kept["at"] > ttl:
            return "the kept result is too old"
        return None

    def _put_back(self, file: Path, kept: dict[str, Any], call: StepCall) -> str | None:
        """Put the kept files back; gives the reason to run it when they, or its artifacts, cannot be had."""
        root = Path(call.root)
        if self._paths and not (kept["archive"] and _unpack(_archive(file, kept["archive"]), root)):
            return "the kept files cannot be read"
        left, there = kept["left"], _digests(root, self._left(call))
        differ = sorted(name for name in {**left, **there} if left.get(name) != there.get(name))
        return f"{differ[0]} is not what it left" if differ else None


def script_file(config: MappingNode, problems: Problems) -> Template | None:
    """Give the file with the script of a step; None when its config names none."""
    file = config.get("file")
    return Template.read(file, problems) if isinstance(file, Scalar) else None


def passed_environment(config: MappingNode, tools: Tools) -> Callable[[], Mapping[str, str]]:
    """Give what tells the variables of the environment of wfe that a step asks for, with their values."""
    inherit, passed = config.get("inherit_env"), config.get("pass_env")
    names = [str(plain_value(item)) for item in passed.items] if isinstance(passed, Sequence) else []
    whole = isinstance(inherit, Scalar) and inherit.value is True

    def found() -> Mapping[str, str]:
        if whole:
            return base_environment(tools, inherit=True)
        return {name: tools.environ[name] for name in names if name in tools.environ}

    return found


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _matches(root: Path, pattern: str) -> list[Path]:
    """Give the files that a pattern names; a folder stands for all that is in it."""
    found: set[Path] = set()
    for match in root.glob(pattern):
        found.update(_below(match))
    return sorted(found)


def _below(path: Path) -> list[Path]:
    """Give the files in a folder; a file stands for itself."""
    inside = path.rglob("*") if path.is_dir() and not path.is_symlink() else (path,)
    return [each for each in inside if each.is_file()]


def _name(path: Path, root: Path) -> str:
    """Name a file by its path below the folder, if it lies there."""
    whole = Path(os.path.normpath(path.absolute()))
    base = root.absolute()
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else str(whole)


def _digest_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digests(root: Path, patterns: Iterable[str]) -> dict[str, str]:
    """Give the digest of each file, by its path below the folder."""
    return {
        path.relative_to(root).as_posix(): _digest_of(path)
        for pattern in patterns
        for path in _matches(root, pattern)
    }


def _read(file: Path) -> dict[str, Any] | None:
    """Give what was kept; what cannot be read is as good as nothing."""
    try:
        kept: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return kept if kept.keys() >= _KEYS else None
    except (OSError, ValueError, AttributeError):
        return None


def _archive(file: Path, digest: str) -> Path:
    return file.with_name(f"{file.stem}-{digest}.tar")


def _secret_in(
    entry: Mapping[str, Any], root: Path, patterns: list[str], secrets: Mapping[str, str]
) -> str | None:
    """Name a secret that would be kept: in a name, or in a file of the archive."""
    if not secrets:
        return None
    archived = [path for pattern in patterns for path in _matches(root, pattern)]
    for name in (*entry["files"], *entry["left"], *(path.relative_to(root).as_posix() for path in archived)):
        if (found := revealed(name, secrets)) is not None:
            return found
    return next((found for path in archived if (found := secret_in(path, secrets)) is not None), None)


def _keep(file: Path, entry: dict[str, Any], root: Path, patterns: list[str]) -> None:
    """Write the archive, then the entry, each whole or not at all; older archives go last."""
    file.parent.mkdir(parents=True, exist_ok=True)
    older = sorted(file.parent.glob(f"{file.stem}-*.tar"))
    if patterns:
        found = dict.fromkeys(path for pattern in patterns for path in _matches(root, pattern))
        with (
            tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as made,
            tarfile.open(fileobj=made, mode="w") as archive,
        ):
            for path in found:
                archive.add(path, path.relative_to(root).as_posix(), recursive=False)
        entry["archive"] = _digest_of(Path(made.name))
        Path(made.name).replace(_archive(file, entry["archive"]))
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as text:
        json.dump(entry, text, ensure_ascii=False)
    Path(text.name).replace(file)
    for each in older:
        if entry["archive"] is None or each != _archive(file, entry["archive"]):
            each.unlink(missing_ok=True)


def sweep_cache(now: int) -> int:
    """Remove results that are too old to count, and what killed runners have half written; gives how many."""
    doomed: set[Path] = set()
    wanted: set[Path] = set()
    for file in FOLDER.glob("*.json"):
        kept = _read(file) or {}
        if (until := kept.get("until")) is not None and now > until:
            doomed.update((file, *FOLDER.glob(f"{file.stem}-*.tar")))
        elif kept.get("archive"):
            wanted.add(_archive(file, kept["archive"]))
    for file in {*FOLDER.glob("tmp*"), *FOLDER.glob("*.tar")} - wanted:
        with contextlib.suppress(OSError):
            if now / 1e6 - file.stat().st_mtime > _FRESH:
                doomed.add(file)
    for file in doomed:
        file.unlink(missing_ok=True)
    return len(doomed)


def _unpack(archive: Path, root: Path) -> bool:
    """Put the files of an archive in their places; nothing outside of the folder is touched."""
    try:
        if archive.stem.rpartition("-")[2] != _digest_of(archive):
            return False
        with tarfile.open(archive) as kept:
            kept.extractall(root, filter="data")
    except (OSError, tarfile.TarError):
        return False
    return True
