"""A type of step of your own: `type: words` counts the words of a file."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from pydantic import Field

from wfe_core import StepError
from wfe_yaml import Executor
from wfe_yaml.executors import Config, StepAttempt


class WordsConfig(Config):
    """What a words step needs."""

    file: str = Field(description="The file; counted from the folder of the workflow file.")
    top: int = Field(default=3, ge=1, le=100, description="How many of the most frequent words it gives.")


class WordsExecutor(Executor[WordsConfig]):
    """Counts the words of a file: its outputs are `count` and `top`."""

    name = "words"
    config = WordsConfig
    gives = frozenset({"count", "top"})

    async def run(self, config: WordsConfig, attempt: StepAttempt) -> dict[str, Any]:
        """Count them."""
        path = attempt.path(config.file)
        try:
            # Reading a file blocks, so it is done in a thread.
            text = await asyncio.to_thread(path.read_text, "utf-8")
        except OSError as exc:
            raise StepError(f"{path} cannot be read: {exc.strerror}", retryable=False) from exc
        words = text.casefold().split()
        attempt.emit("stdout", f"{path.name}: {len(words)} words")
        return {"count": len(words), "top": [word for word, _ in Counter(words).most_common(config.top)]}
