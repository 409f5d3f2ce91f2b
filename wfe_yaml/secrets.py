"""Secrets of a run: declared by name, given by the environment or a file, never stored and never shown."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code, Problem, YamlError
from wfe_yaml.executors.spellings import SHORTEST
from wfe_yaml.source.composer import Composer
from wfe_yaml.source.nodes import Mapping as MappingNode
from wfe_yaml.source.nodes import Scalar
from wfe_yaml.source.problems import Problems
from wfe_yaml.source.text import SourceText

if TYPE_CHECKING:
    from os import PathLike

    from wfe_yaml.executors.base import Tools

SHORTEST_MASKED = SHORTEST
"""Shorter values are not masked: they would blacken half of every log."""
MAX_SIZE = 1 << 20
"""Largest file of secrets, in bytes."""
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED = re.compile(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_MAPPINGS = frozenset({".yaml", ".yml", ".json"})


def available_secrets(names: Iterable[str], tools: Tools) -> dict[str, str]:
    """Give the secrets that have a value; what a caller gave goes before the environment."""
    sources = (tools.secrets, tools.environ)
    found = ((name, next((each[name] for each in sources if name in each), None)) for name in names)
    return {name: value for name, value in found if value}


def load_secrets(path: str | PathLike[str]) -> dict[str, str]:
    """Read a file of secrets.

    A file that ends in `.yaml`, `.yml` or `.json` is a mapping from names to texts. Any other has lines
    `NAME=value`: blanks around the value are dropped, `'…'` is taken as it is, in `"…"` a backslash escapes,
    and nothing is expanded.

    Raises:
        YamlError: it cannot be read, is readable for others, or is wrong; no message ever holds a value.
    """
    text = _text(path)
    if Path(path).suffix.casefold() in _MAPPINGS:
        return _from_mapping(str(path), text)
    return _from_lines(str(path), text)


def _text(path: str | PathLike[str]) -> str:
    try:
        with Path(path).open("rb") as stream:
            found = os.fstat(stream.fileno())
            if stat.S_ISREG(found.st_mode) and found.st_mode & 0o077:
                mode = f"{stat.S_IMODE(found.st_mode):03o}"
                raise _wrong(f"others can read or change {path} (mode {mode})", f"chmod 600 {path}")
            raw = stream.read(MAX_SIZE + 1)
    except OSError as exc:
        raise _wrong(f"the secrets in {path} cannot be read: {exc.strerror or exc}") from None
    if len(raw) > MAX_SIZE:
        raise _wrong(f"{path} is larger than {MAX_SIZE >> 10} KiB", "keep only secrets in it")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(f"{path} is not UTF-8", "save it as UTF-8") from None


def _from_mapping(name: str, text: str) -> dict[str, str]:
    problems = Problems()
    node = Composer(SourceText(name, text), problems).compose()
    if problems:
        # Without the line itself: it may hold a secret.
        first = problems.listed()[0]
        raise _wrong(f"{first.location or name}: the file is not YAML that wfe reads [{first.code}]")
    if not isinstance(node, MappingNode):
        raise _wrong(f"{name}: expected a mapping from names to texts")
    values: dict[str, str] = {}
    for key, entry in node.entries.items():
        if not _NAME.fullmatch(key):
            raise _wrong(f"{entry.key.location}: the name of a secret has letters, digits and '_'")
        if not isinstance(entry.value, Scalar) or entry.value.value is None:
            raise _wrong(f"{entry.value.location}: the value of {key} must be a text")
        values[key] = entry.value.text
    return values


def _from_lines(name: str, text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(stripped)
        if match is None:
            raise _wrong(f"{name}:{number}: expected NAME=value")
        if match[1] in values:
            raise _wrong(f"{name}:{number}: {match[1]} stands here a second time", "remove one of the two")
        values[match[1]] = _value(match[2].strip(), f"{name}:{number}")
    return values


def _value(text: str, place: str) -> str:
    if text[:1] not in ("'", '"'):
        return re.split(r"\s#", text, maxsplit=1)[0].rstrip()
    match = _QUOTED.match(text)
    rest = text[match.end() :].strip() if match is not None else ""
    if match is None or (rest and not rest.startswith("#")):
        raise _wrong(f"{place}: the quotes do not enclose the whole value", 'a quote in it is written \\"')
    if match[1] is not None:
        return match[1]
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), match[2])


def merged_secrets(files: Iterable[str | PathLike[str]]) -> Mapping[str, str]:
    """Read several files of secrets; a later one goes before an earlier one.

    Raises:
        YamlError: see `load_secrets`.
    """
    values: dict[str, str] = {}
    for file in files:
        values.update(load_secrets(file))
    return values


def _wrong(message: str, hint: str | None = None) -> YamlError:
    return YamlError(Problem(Code.SECRET, message, None, hint))
