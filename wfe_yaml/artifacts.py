"""`ArtifactStore`: files that steps leave for later steps, kept by the digest of their content.

In the folder, beside the store of the runs:

- `objects/ab/cdef…`: the content of a file under its SHA-256; also the list of the files of an artifact,
  whose own digest names the artifact;
- `trees/DIGEST/…`: an artifact as files with their names (hard links to the objects, read-only), for steps;
- `refs/RUN/DIGEST`: which runs have it, and until when; what no run has any more, `sweep` removes.

What is read is verified: a tree whose content is not what its digest says is refused.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final
from urllib.parse import quote, unquote

from wfe_core.errors import StepError
from wfe_yaml.executors.masking import mask_text, revealed
from wfe_yaml.secret_files import Seeker

MOST_FILES = 10_000
"""Files in one artifact."""
_CHUNK = 1 << 20
_FRESH = 3_600.0
"""Seconds for which what nobody refers to is left alone."""


class ArtifactError(StepError):
    """An artifact cannot be kept, or is not what it was."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of an artifact."""

    path: str
    digest: str
    size: int
    executable: bool


class ArtifactStore:
    """Keeps artifacts in a folder, which is made when the first is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._verified: dict[str, tuple[int, int, int]] = {}
        """Files that were found to be right, with inode, size and time of change then."""

    # ------------------------------------------------------------ keeping

    def keep(
        self,
        root: Path,
        pattern: str,
        *,
        run: str,
        until: int | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> dict[str, Any] | None:
        """Keep the files that a pattern names, and give what `path_of` needs to find them.

        Args:
            root: the folder from which the pattern counts, and which it must not leave.
            pattern: a path or a pattern such as `reports/*.xml`; a folder stands for all that is in it.
            run: the run that has it.
            until: the instant until which it is kept at most; None for as long as the run.
            secrets: values that must not be in it, by name.

        Returns:
            None when there is no such file.

        Raises:
            ArtifactError: a file is a symbolic link or no regular file, or it or its name contains a secret.
        """
        found = list(_files(root, pattern))
        if not found:
            return None
        if len(found) > MOST_FILES:
            raise ArtifactError(
                f"{pattern!r} names more than {MOST_FILES:,} files; pack them into an archive"
            )
        for path in found:
            if (name := revealed(path, secrets or {})) is not None:
                shown = mask_text(path, secrets or {})
                raise ArtifactError(
                    f"the name of {shown!r} contains the secret {name}: "
                    "artifacts are kept and shown, so it is refused"
                )
        entries = [self._keep_file(root, path, secrets or {}) for path in found]
        text = json.dumps([[e.path, e.digest, e.size, e.executable] for e in entries], ensure_ascii=False)
        tree = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        self._put(tree, text.encode("utf-8", "surrogateescape"))
        alone = len(found) == 1 and found[0] == PurePosixPath(pattern).as_posix()
        kept = {"tree": tree, "file": found[0] if alone else "", "files": len(entries)}
        try:
            self.path_of(kept)
        except ArtifactError:  # it was kept before, and damaged since
            self._build(tree, entries)
        reference = self._references(run) / tree
        reference.parent.mkdir(parents=True, exist_ok=True)
        reference.write_text("" if until is None else str(until), "utf-8")
        return {**kept, "bytes": sum(entry.size for entry in entries)}

    def _keep_file(self, root: Path, path: str, secrets: Mapping[str, str]) -> _Entry:
        """Copy a file into the store while its digest is computed; nothing in it may be a link."""
        with _open_inside(root, path) as source:
            status = os.fstat(source.fileno())
            self.folder.mkdir(parents=True, exist_ok=True)
            hashed = hashlib.sha256()
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as copy:
                try:
                    size = 0
                    for chunk in _without_secrets(source, secrets, path):
                        hashed.update(chunk)
                        copy.write(chunk)
                        size += len(chunk)
                except BaseException:
                    Path(copy.name).unlink()
                    raise
        self._take(Path(copy.name), hashed.hexdigest())
        return _Entry(path, hashed.hexdigest(), size, bool(status.st_mode & stat.S_IXUSR))

    def _put(self, digest: str, content: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as made:
            made.write(content)
        self._take(Path(made.name), digest)

    def _take(self, made: Path, digest: str) -> None:
        """Give a finished file its place; one that is there already counts as used just now."""
        place = self._object(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        made.chmod(0o444)
        made.replace(place)

    def _build(self, tree: str, entries: Iterable[_Entry]) -> None:
        """Lay out the files of an artifact, whole or not at all."""
        place = self.folder / "trees" / tree
        place.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=place.parent))
        for entry in entries:
            file = made / entry.path
            file.parent.mkdir(parents=True, exist_ok=True)
            if entry.executable:  # a hard link would share its rights with files that are no programs
                shutil.copyfile(self._object(entry.digest), file)
                file.chmod(0o555)
            else:
                os.link(self._object(entry.digest), file)
        if place.exists():
            _remove(place)
        made.chmod(0o755)
        made.replace(place)

    # ------------------------------------------------------------ reading

    def path_of(self, kept: Mapping[str, Any]) -> Path:
        """Give where the file (or the folder) of an artifact lies, once it is known to be what it was.

        Raises:
            ArtifactError: it is gone, or its content has changed.
        """
        tree = str(kept["tree"])
        entries = self._entries(tree)
        place = self.folder / "trees" / tree
        if not place.is_dir():
            self._build(tree, entries)
        there = {path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir()}
        if there != {entry.path for entry in entries}:
            raise ArtifactError(f"files were added to or removed from the artifact in {place}; {_REMEDY}")
        for entry in entries:
            self._verify(place / entry.path, entry.digest)
        return (place / str(kept["file"])).absolute()

    def _entries(self, tree: str) -> list[_Entry]:
        place = self._object(tree)
        if not place.is_file():
            raise ArtifactError(f"the artifact is not in {self.folder} any more; {_REMEDY}")
        self._verify(place, tree)
        listed: list[list[Any]] = json.loads(place.read_text("utf-8", "surrogateescape"))
        return [_Entry(*each) for each in listed]

    def _verify(self, file: Path, digest: str) -> None:
        status = file.lstat()
        known = (status.st_ino, status.st_size, status.st_mtime_ns)
        if self._verified.get(str(file)) == known:
            return
        right = False
        if stat.S_ISREG(status.st_mode):
            with file.open("rb") as stream:
                right = hashlib.file_digest(stream, "sha256").hexdigest() == digest
        if not right:
            raise ArtifactError(f"{file} is not what was kept (another SHA-256); {_REMEDY}")
        self._verified[str(file)] = known

    def _object(self, digest: str) -> Path:
        return self.folder / "objects" / digest[:2] / digest[2:]

    def _references(self, run: str) -> Path:
        return self.folder / "refs" / quote(run.partition("/")[0], safe="")

    # ------------------------------------------------------------ removing

    def runs(self) -> list[str]:
        """Name the runs that have artifacts here."""
        folder = self.folder / "refs"
        return sorted(unquote(each.name) for each in folder.iterdir()) if folder.is_dir() else []

    def sweep(self, gone: Collection[str], *, now: int) -> int:
        """Remove what no run has any more; gives the number of artifacts.

        What is younger than an hour is left alone: another process may be about to refer to it.

        Args:
            gone: the runs that are not in the store any more.
            now: the instant by which artifacts expire that are not kept as long as their run.
        """
        wanted: set[str] = set()
        for run in self.runs():
            folder = self._references(run)
            if run in gone:
                shutil.rmtree(folder)
                continue
            for reference in folder.iterdir():
                until = reference.read_text("utf-8")
                if until and int(until) < now:
                    reference.unlink()
                else:
                    wanted.add(reference.name)
        old = now / 1e6 - _FRESH
        trees = [each for each in _entries_of(self.folder / "trees") if each.name not in wanted]
        doomed = [each for each in trees if each.stat().st_mtime < old]
        for each in doomed:
            _remove(each)
        objects = set(wanted)
        for tree in wanted:
            with contextlib.suppress(ArtifactError):  # whoever reads it is told
                objects.update(entry.digest for entry in self._entries(tree))
        for folder in _entries_of(self.folder / "objects"):
            for file in folder.iterdir():
                if folder.name + file.name not in objects and file.stat().st_mtime < old:
                    file.unlink()
        return len(doomed)


_WILD: Final = re.compile(r"[*?\[]")
"""What makes a part of a pattern more than a name."""
_REMEDY = "run the step that makes it again: wfe retry RUN --from STEP"


def _files(root: Path, pattern: str) -> Iterator[str]:
    """Give the files that a pattern names, by their paths below the folder, in order.

    Raises:
        ArtifactError: the pattern leaves the folder.
    """
    path = PurePosixPath(pattern)
    if not pattern.strip() or path.is_absolute() or ".." in path.parts or "\0" in pattern:
        raise ArtifactError(f"the path of an artifact stays below the folder of the file, unlike {pattern!r}")
    found: set[str] = set()
    for match, linked in _matches(root, path.parts, linked=False):
        inside = match.rglob("*") if match.is_dir() and not linked else (match,)
        for each in inside:
            if each.is_symlink() or linked or not each.is_dir():
                found.add(each.relative_to(root).as_posix())
    yield from sorted(found)


def _matches(place: Path, parts: tuple[str, ...], *, linked: bool) -> Iterator[tuple[Path, bool]]:
    """Give what a pattern names, and whether it is a symbolic link or inside one.

    What lies beyond a link is not searched, for a link may lead to anywhere: the link itself is given then.
    """
    if not parts:
        if linked or place.exists():
            yield place, linked
        return
    head, rest = parts[0], parts[1:]
    if not _WILD.search(head):
        below = place / head
        if below.is_symlink() or below.exists():
            yield from _matches(below, rest, linked=linked or below.is_symlink())
    elif linked:
        yield place, True
    elif place.is_dir():
        deep = head == "**"
        if deep:
            yield from _matches(place, rest, linked=False)
        if deep and not rest:
            return
        for below in sorted(place.iterdir()):
            if deep and below.is_dir() and not below.is_symlink():
                yield from _matches(below, parts, linked=False)
            elif not deep and fnmatchcase(below.name, head):
                yield from _matches(below, rest, linked=below.is_symlink())


def _open_inside(root: Path, path: str) -> IO[bytes]:
    """Open a regular file below a folder without following a link on the way.

    Raises:
        ArtifactError: there is a symbolic link, or something that is no file.
    """
    *folders, name = PurePosixPath(path).parts
    place = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place)
            os.close(place)
            place = below
        found = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=place)
    except OSError as exc:
        raise ArtifactError(
            f"{path!r} cannot be kept as an artifact: it is a symbolic link, is inside one, or cannot be "
            f"read ({exc.strerror}); artifacts are regular files"
        ) from exc
    finally:
        os.close(place)
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise ArtifactError(f"{path!r} cannot be kept as an artifact: it is no regular file")
    return os.fdopen(found, "rb")


def _without_secrets(source: IO[bytes], secrets: Mapping[str, str], path: str) -> Iterator[bytes]:
    """Give the content in pieces; a secret in it, also across pieces, is refused.

    Raises:
        ArtifactError: names the secret.
    """
    seeker = Seeker(secrets)
    while chunk := source.read(_CHUNK):
        if (name := seeker.feed(chunk)) is not None:
            raise ArtifactError(
                f"{path!r} contains the secret {name}: artifacts are kept and shown, so it is refused"
            )
        yield chunk


def _entries_of(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _remove(tree: Path) -> None:
    """Remove a tree; another process may be doing the same."""
    aside = Path(tempfile.mkdtemp(dir=tree.parent))
    with contextlib.suppress(FileNotFoundError):
        tree.replace(aside / tree.name)
    shutil.rmtree(aside, ignore_errors=True)
