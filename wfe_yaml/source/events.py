"""PyYAML's reader, scanner and parser, all in Python, with two changes; nothing of its composer.

The C loader is never used: deep nesting crashes the interpreter inside it.
"""

from __future__ import annotations

import re
from typing import Any

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner
from yaml.tokens import ScalarToken

_BLOCK = re.compile(r"(?:[^\0 \t\r\n:]|:(?![\0 \t\r\n]))+")
_FLOW = re.compile(r"(?:[^\0 \t\r\n:,\[\]{}]|:(?![\0 \t\r\n,\[\]{}]))+")


class Events(Reader, Scanner, Parser):
    """The events of a text whose characters have been checked (no line breaks but LF, CRLF and CR)."""

    index: int
    column: int

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def forward(self, length: int = 1) -> None:
        """Step over characters; at once when no line ends among them."""
        end = self.pointer + length
        text = self.buffer[self.pointer : end]
        if "\n" in text or "\r" in text:
            super().forward(length)
        else:
            self.pointer = end
            self.index += length
            self.column += length

    def scan_plain(self) -> Any:
        """Scan a plain scalar by the rules of YAML 1.2, which allows `?` in flow collections: `{n: int?}`."""
        chunks: list[str] = []
        start = end = self.get_mark()
        indent = self.indent + 1
        spaces: list[str] | None = []
        pattern = _FLOW if self.flow_level else _BLOCK
        untyped: Any = self
        while untyped.peek() != "#":
            match = pattern.match(self.buffer, self.pointer)
            if match is None:
                break
            self.allow_simple_key = False
            chunks += spaces or ()
            chunks.append(match[0])
            self.forward(len(match[0]))
            end = self.get_mark()
            spaces = untyped.scan_plain_spaces(indent, start)
            if not spaces or (not self.flow_level and self.column < indent):
                break
        return ScalarToken("".join(chunks), True, start, end)
