"""`Closure`: all texts that a workflow is made of. It is stored, so that a run outlives its file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wfe_core.errors import StorageCorruptError

FORMAT = 1
"""Number of the stored form, and of the meaning that the compiler gives to the text."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text and the name of the file it came from.

    Attributes:
        name: what the file is called in messages.
        text: its text.
        path: where it lies, from the folder of the main file; "" for the main file itself.
    """

    name: str
    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """All that decides what a workflow is.

    Attributes:
        files: the workflow file itself first, then what it includes.
        variables: the values that were given for its variables.
    """

    files: tuple[SourceFile, ...]
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def main(self) -> SourceFile:
        """The workflow file itself."""
        return self.files[0]

    def fingerprint(self, workflow: str) -> str:
        """Give the identity of one workflow in it: a digest, whatever the files are called."""
        whole: dict[str, Any] = {
            "format": FORMAT,
            "workflow": workflow,
            "texts": [file.text for file in self.files],
        }
        if self.variables:
            whole["variables"] = self.variables
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    def to_json(self) -> str:
        """Give the stored form."""
        files = [{"name": file.name, "path": file.path, "text": file.text} for file in self.files]
        whole = {"kind": "wfe-yaml", "format": FORMAT, "files": files, "variables": self.variables}
        return json.dumps(whole, ensure_ascii=False)

    def included(self) -> dict[str, str]:
        """Give the texts of the included files by their paths."""
        return {file.path: file.text for file in self.files[1:]}

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
            files = [SourceFile(each["name"], each["text"], each.get("path", "")) for each in whole["files"]]
            return cls(tuple(files), whole.get("variables", {}))
        except (ValueError, KeyError, TypeError, IndexError) as exc:
            raise StorageCorruptError("definition", text[:40], "it is no stored workflow file") from exc
