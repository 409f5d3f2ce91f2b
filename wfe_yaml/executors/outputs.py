"""Outputs of a step: the file `$WFE_OUTPUT`, and `##wfe[output name=value]` lines on stdout."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from wfe_core.errors import OutputError
from wfe_yaml.executors.masking import MASK, revealed
from wfe_yaml.model.types import ValueType
from wfe_yaml.source.problems import listing, suggest

MAX_OUTPUT = 1 << 20
"""Most bytes of the file of outputs, and of one value."""
_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_PAIR = re.compile(rf"({_NAME})=(.*)", re.DOTALL)
_BLOCK = re.compile(rf"({_NAME})<<(\S+)\s*")
_MARKER = re.compile(rf"##wfe\[output ({_NAME})=(.*)\]\s*")


class Outputs:
    """Collects the outputs of one attempt, checked against the declaration.

    Args:
        declared: name to type; None when any name is taken, as text.
        secrets: values that no output may contain, by name.
    """

    def __init__(
        self, declared: Mapping[str, ValueType] | None, *, secrets: Mapping[str, str] | None = None
    ) -> None:
        self._declared = declared
        self._secrets = secrets or {}
        self.values: dict[str, Any] = {}
        self._size = 0
        self._masked: str | None = None

    def marker(self, line: str) -> None:
        """Look at a line of stdout; only markers with declared names count.

        Raises:
            OutputError: the value does not fit.
        """
        if not line.startswith("##wfe[output ") or not self._declared:
            return
        if len(line) >= MAX_OUTPUT:
            raise OutputError(
                f"a ##wfe[output …] line is longer than {MAX_OUTPUT >> 20} MiB; output a path instead"
            )
        match = _MARKER.fullmatch(line)
        if match and match[1] in self._declared:
            self._text(match[1], match[2], "in a ##wfe[output …] line")

    def file(self, raw: bytes, *, masked: str | None = None) -> None:
        """Read the file of outputs: `name=value`, `name<<WORD` blocks, JSON objects, one a line.

        Args:
            raw: the file, at most `MAX_OUTPUT` bytes and one.
            masked: the name of the secret that was masked in it, if there was one.

        Raises:
            OutputError: a line is none of these, a name is not declared, a value does not fit.
        """
        if len(raw) > MAX_OUTPUT:
            raise OutputError(
                f"the step wrote more than {MAX_OUTPUT >> 20} MiB of outputs to $WFE_OUTPUT; "
                "write big results to a file and output its path"
            )
        self._masked = masked
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as exc:
            raise OutputError(f"$WFE_OUTPUT is not UTF-8 (byte {exc.start})") from None
        lines = text.replace("\r\n", "\n").split("\n")
        at = 0
        while at < len(lines):
            line, at = lines[at], at + 1
            where = f"in line {at} of $WFE_OUTPUT"
            if not line.strip():
                continue
            if line.startswith("{"):
                self._json(line, where)
            elif block := _BLOCK.fullmatch(line):
                at = self._block(block[1], block[2], lines, at, where)
            elif pair := _PAIR.fullmatch(line):
                self._text(pair[1], pair[2], where)
            else:
                raise OutputError(
                    f"{where}: {line[:60]!r} is neither name=value, name<<WORD nor a JSON object"
                )

    def take(self, values: Mapping[str, Any]) -> None:
        """Take what an executor gives; only declared names, if any are declared.

        Raises:
            OutputError: a value is no JSON, does not fit, or is too large.
        """
        for name, value in values.items():
            where = "in what the step gives"
            kind = self._type(name, where)
            try:
                self._size += len(json.dumps(value, allow_nan=False)) if not isinstance(value, str) else 0
            except (TypeError, ValueError, RecursionError) as exc:
                raise OutputError(f"{where}: output {name!r} is no JSON: {exc}") from None
            trouble = kind.trouble(value) if kind is not None else None
            if trouble is not None:
                raise OutputError(f"{where}: output {name!r}: {trouble}")
            self._put(name, value, where)

    def _block(self, name: str, word: str, lines: list[str], at: int, where: str) -> int:
        try:
            end = lines.index(word, at)
        except ValueError:
            raise OutputError(f"{where}: the value of {name!r} is never closed by a line {word!r}") from None
        self._text(name, "\n".join(lines[at:end]), where)
        return end + 1

    def _json(self, line: str, where: str) -> None:
        def refuse(name: str) -> Any:
            raise ValueError(f"{name} is no JSON")

        try:
            found = json.loads(line, parse_constant=refuse)
        except (ValueError, RecursionError) as exc:
            raise OutputError(f"{where}: not a JSON object: {exc}") from None
        for name, value in cast("dict[str, Any]", found).items():
            kind = self._type(name, where)
            trouble = kind.trouble(value) if kind is not None else None
            if trouble is not None:
                raise OutputError(f"{where}: output {name!r}: {trouble}")
            self._put(name, value, where)

    def _text(self, name: str, text: str, where: str) -> None:
        kind = self._type(name, where)
        try:
            value = text if kind is None else kind.from_text(text)
        except ValueError as exc:
            raise OutputError(f"{where}: output {name!r}: {exc}") from None
        self._put(name, value, where)

    def _type(self, name: str, where: str) -> ValueType | None:
        if self._declared is None:
            return None
        if name not in self._declared:
            hint = suggest(name, self._declared) or f"declared are: {listing(self._declared)}"
            raise OutputError(f"{where}: output {name!r} is not declared under `outputs:`; {hint}")
        return self._declared[name]

    def _put(self, name: str, value: Any, where: str) -> None:
        self._size += len(value) if isinstance(value, str) else 0
        if self._size > MAX_OUTPUT:
            raise OutputError(
                f"{where}: the outputs are larger than {MAX_OUTPUT >> 20} MiB; output a path instead"
            )
        if self._secrets:
            self._refuse_secrets(name, value, where)
        self.values[name] = value

    def _refuse_secrets(self, name: str, value: Any, where: str) -> None:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        # A name may come from the step, too.
        text = f"{name}={text}"
        secret = revealed(text, self._secrets)
        # What the supervisor saw of it is masked already.
        if secret is None and MASK.decode() not in text:
            return
        secret = secret or self._masked
        which = "a secret" if secret is None else f"the secret {secret}"
        raise OutputError(
            f"{where}: output {name!r} contains {which}: outputs are stored and shown, so it is refused"
        )
