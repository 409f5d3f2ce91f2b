# ruff: noqa: S101 - shipped tests: they assert, and expected values are literals
"""The laws of a DefinitionStore: what came from text is found again."""

from __future__ import annotations

import asyncio

from wfe_core.ports import PersistenceProvider, Providers
from wfe_core.testing.conformance.backend import Backend, Suite


class DefinitionSuite(Suite):
    """Definitions that come from text."""

    async def test_a_definition_is_found_by_its_fingerprint(self, store: PersistenceProvider) -> None:
        """The text comes back exactly; an unknown fingerprint gives None."""
        source = '{"file": "größe: 1\\n", "includes": {"b.yaml": "' + "x" * 100_000 + '"}}'
        await store.put_definition("f1", "build ✓", 1, source)
        await store.put_definition("f2", "build ✓", 1, "{}")
        assert await store.get_definition("f1") == source
        assert await store.get_definition("f2") == "{}"
        assert await store.get_definition("f3") is None

    async def test_the_same_fingerprint_again_changes_nothing(self, store: PersistenceProvider) -> None:
        """A fingerprint stands for its text: what came first stays."""
        await store.put_definition("f", "build", 1, "first")
        await store.put_definition("f", "build", 2, "second")
        assert await store.get_definition("f") == "first"

    async def test_racing_writers_are_no_error(self, host: Providers, backend: Backend) -> None:
        """Several hosts may store the same definition at the same moment."""
        async with backend.connect() as other:
            stores = [host.store, other.store] * 5
            await asyncio.gather(*(store.put_definition("f", "build", 1, "text") for store in stores))
            assert await other.store.get_definition("f") == "text"
