"""`Closure`: all texts that a workflow is made of. It is stored, so that a run outlives its file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from wfe_core.errors import StorageCorruptError

FORMAT = 1
"""Number of the stored form, and of the meaning that the compiler gives to the text."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text and the name of the file it came from."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Closure:
    """The texts of a workflow file, the file itself first, then what it includes."""

    files: tuple[SourceFile, ...]

    @property
    def main(self) -> SourceFile:
        """The workflow file itself."""
        return self.files[0]

    def fingerprint(self, workflow: str) -> str:
        """Give the identity of one workflow in it: a digest of the texts, whatever the files are called."""
        whole = {"format": FORMAT, "workflow": workflow, "texts": [file.text for file in self.files]}
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    def to_json(self) -> str:
        """Give the stored form."""
        files = [{"name": file.name, "text": file.text} for file in self.files]
        return json.dumps({"kind": "wfe-yaml", "format": FORMAT, "files": files}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Closure:
        """Read the stored form.

        Raises:
            StorageCorruptError: it is none, or of a newer version of wfe.
        """
        try:
            whole: dict[str, Any] = json.loads(text)
            if whole["kind"] != "wfe-yaml" or whole["format"] != FORMAT:
                raise StorageCorruptError(
                    "definition", whole["format"], "it was stored by another version of wfe"
                )
            return cls(tuple(SourceFile(file["name"], file["text"]) for file in whole["files"]))
        except (ValueError, KeyError, TypeError, IndexError) as exc:
            raise StorageCorruptError("definition", text[:40], "it is no stored workflow file") from exc
