"""`include: [other.yaml]`: the files of a workflow file, from disk or from what was stored with a run."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from wfe_yaml.errors import Code, Problem, YamlError
from wfe_yaml.expressions.holes import has_holes
from wfe_yaml.source.composer import Composer
from wfe_yaml.source.nodes import Mapping, Node, Scalar, Sequence
from wfe_yaml.source.problems import listing, suggest
from wfe_yaml.source.text import SourceText, read_source

if TYPE_CHECKING:
    from wfe_yaml.source.problems import Problems
    from wfe_yaml.source.text import Location

INCLUDE = "include"
MAX_FILES = 50
"""Files that a workflow may be made of."""
MAX_TOTAL = 4 << 20
"""Characters of all files together."""


class Library(Protocol):
    """Where included files come from."""

    def read(self, path: str, name: str) -> SourceText:
        """Give a file.

        Args:
            path: its path from the folder of the main file, normalised, with `/`.
            name: what to call it in messages.

        Raises:
            YamlError: it is not there, or cannot be read.
        """
        ...


class FolderLibrary:
    """The files of a folder, and of the folders around it.

    Args:
        folder: the folder of the main file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str, name: str) -> SourceText:
        """Read a file."""
        return read_source(self._folder / path, name=name)


class TextLibrary:
    """Files that are given as texts: with a call, or stored with a run.

    Args:
        texts: the texts, by their paths from the folder of the main file.
    """

    def __init__(self, texts: MappingABC[str, str]) -> None:
        self._texts = {posixpath.normpath(path): text for path, text in texts.items()}

    def read(self, path: str, name: str) -> SourceText:
        """Give a text."""
        text = self._texts.get(path)
        if text is None:
            hint = suggest(path, self._texts) or f"given are: {listing(self._texts)}"
            raise YamlError(Problem(Code.UNREADABLE, f"there is no file {name!r}", None, hint))
        return SourceText(name, text)


@dataclass(frozen=True, slots=True)
class IncludedFile:
    """A file of a workflow.

    Attributes:
        path: from the folder of the main file; "" is the main file itself.
        source: its text.
        root: its root node; None when it could not be composed.
    """

    path: str
    source: SourceText
    root: Node | None


class Includes:
    """Composes a file and all that it includes, each once.

    Args:
        main: the text of the main file.
        library: where the others come from.
        problems: where problems are noted.
    """

    def __init__(self, main: SourceText, library: Library, problems: Problems) -> None:
        self._main = main
        self._library = library
        self._problems = problems
        self._files: dict[str, IncludedFile] = {}
        self._total = 0

    def gather(self) -> list[IncludedFile]:
        """Give the main file, then the included ones in the order they are named."""
        self._take("", self._main, [])
        return list(self._files.values())

    def _take(self, path: str, source: SourceText, chain: list[str]) -> None:
        self._total += len(source.text)
        root = Composer(source, self._problems).compose()
        self._files[path] = IncludedFile(path, source, root)
        if not isinstance(root, Mapping):
            return
        value = root.get(INCLUDE)
        for item in () if value is None else value.items if isinstance(value, Sequence) else (value,):
            if isinstance(item, Scalar) and isinstance(item.value, str):
                self._follow(item, path, [*chain, source.name])

    def _follow(self, item: Scalar, including: str, chain: list[str]) -> None:
        trouble = _refused(item.text)
        if trouble is not None:
            self._problems.add(Code.INCLUDE, trouble[0], item.location, trouble[1])
            return
        path = posixpath.normpath(posixpath.join(posixpath.dirname(including), item.text))
        name = posixpath.normpath(posixpath.join(posixpath.dirname(self._main.name), path))
        own = posixpath.basename(self._main.name)
        if name in chain or path == own:
            names = [*chain, name]
            circle = " -> ".join(names[names.index(name) :])
            message = f"the include comes back to a file that includes it: {circle}"
            self._problems.add(Code.INCLUDE, message, item.location)
        elif path in self._files:
            return
        elif len(self._files) >= MAX_FILES:
            message = f"a workflow is made of more than {MAX_FILES} files"
            self._problems.add(Code.LIMIT, message, item.location)
        else:
            self._read(path, name, item.location, chain)

    def _read(self, path: str, name: str, place: Location, chain: list[str]) -> None:
        try:
            source = self._library.read(path, name)
        except YamlError as exc:
            first = exc.problems[0]
            if first.location is not None and first.location.source.text:
                # It was read, and something in it is wrong: that place is the better one.
                self._problems.take(exc)
            else:
                self._problems.add(Code.INCLUDE, first.message, place, first.hint)
            return
        if self._total + len(source.text) > MAX_TOTAL:
            message = f"the included files are longer than {MAX_TOTAL >> 20} Mi characters together"
            self._problems.add(Code.LIMIT, message, place)
            return
        self._take(path, source, chain)


def _refused(text: str) -> tuple[str, str | None] | None:
    """Say why a text is no path that can be included, and what to do; None when it is one."""
    if has_holes(text):
        return "an expression cannot stand here", "files are included before anything is known"
    if "://" in text:
        return "only files can be included, no addresses", "put a copy of it beside the file"
    if "\\" in text or "\0" in text:
        return f"{text[:60]!r} is no path that is the same everywhere", "separate folders with '/'"
    if not text.strip() or PurePosixPath(text).is_absolute() or text.startswith("~"):
        return "an included file is named by its path from this file", "as in ../shared/templates.yaml"
    return None
