"""`wfe reindex`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from wfe_yaml.cli.exits import Exit
from wfe_yaml.cli.words import plural

if TYPE_CHECKING:
    from wfe_yaml.cli.stores import Store


async def reindex_runs(store: Store) -> int:
    """Build the full-text index of a store anew; gives the exit code.

    Raises:
        ProviderError: the index cannot be written; the old one is left as it was.
    """
    shows = sys.stderr.isatty()

    def progress(number: int) -> None:
        if shows:
            sys.stderr.write(f"\r{plural(number, 'run')} indexed")
            sys.stderr.flush()

    async with store.open() as host:
        try:
            number = await host.reindex(progress=progress)
        finally:
            if shows:
                sys.stderr.write("\r\x1b[K")
    print(f"{plural(number, 'run')} indexed, sub-workflows included")
    return Exit.COMPLETE
