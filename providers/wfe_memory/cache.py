"""In-memory CacheStore: outputs of steps that declared a cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_core.ports import CacheStore

if TYPE_CHECKING:
    from wfe_memory.tables import Tables


class MemoryCache(CacheStore):
    """Keeps values until they expire; an expired one goes when it is asked for."""

    _tables: Tables

    async def cache_get(self, key: str, *, now: int) -> str | None:
        """Read a value that has not expired."""
        with self._tables.lock:
            value, expires = self._tables.cache.get(key, (None, 0))
            if value is not None and expires <= now:
                del self._tables.cache[key]
                return None
            return value

    async def cache_put(self, key: str, value: str, *, expires: int) -> None:
        """Store a value until an instant."""
        with self._tables.lock:
            self._tables.cache[key] = (value, expires)
