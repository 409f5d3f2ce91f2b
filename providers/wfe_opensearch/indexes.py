"""The indexes behind the alias: made from the template, replaced as a whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_opensearch.failures import MISSING, RefusedError
from wfe_opensearch.mapping import VERSION, alias, template
from wfe_opensearch.server import Server

_EXISTS: Final = "resource_already_exists_exception"
_SHOWN: Final = "*.settings.index.uuid,*.mappings._meta"
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Index:
    """One of the indexes."""

    name: str
    target: str
    """The alias to write through: a plain name would make an index without mapping, if this one went."""
    uuid: str
    """OpenSearch's own name for it, which no other index will ever have."""

    @property
    def reader(self) -> str:
        """Under which the store keeps how far this very index has come."""
        return f"search:{self.uuid}"


class Indexes:
    """Finds, makes and replaces indexes.

    Args:
        server: the connection.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self.alias: str = alias(server.where)

    async def current(self) -> Index:
        """Find the index that is searched, or make the first one.

        Raises:
            ProviderError: what is there cannot be used; says what to do.
        """
        for _ in range(_TRIES):
            found = await self._look(self.alias)
            if found is not None:
                return found
            # Of several hosts one makes it, and with it the alias.
            await self._make(f"{self.alias}-000001", self.alias)
        raise ProviderError(
            f"the index {self.alias}-000001 on {self._server.where} lacks the alias {self.alias}; "
            "make a new one with  wfe reindex"
        )

    async def fresh(self) -> Index:
        """Make an index that nobody searches yet, beside the current one; what an earlier try left goes."""
        aliases: dict[str, dict[str, Any]] = await self._aliases()
        # The first number is left to whoever needs an index while this one is built.
        number = 2
        for name, its in aliases.items():
            number = max(number, int(name.rpartition("-")[2]) + 1)
            if self.alias not in its:
                await self._delete(name)
        name = f"{self.alias}-{number:06}"
        target = f"{self.alias}-new-{number:06}"
        await self._make(name, target)
        made = await self._look(target)
        if made is None:
            raise ProviderUnavailableError(f"the new index {name} is gone: another reindexing took its place")
        return made

    async def switch(self, fresh: Index) -> None:
        """Search in a new index from now on, and forget the others, in one step."""
        others = [name for name, its in (await self._aliases()).items() if self.alias in its]
        actions: list[dict[str, Any]] = [{"remove_index": {"index": name}} for name in others]
        actions.append({"add": {"index": fresh.name, "alias": self.alias}})
        actions.append({"remove": {"index": fresh.name, "alias": fresh.target}})
        await self._server.call("POST", "/_aliases", {"actions": actions})

    async def show(self, target: str) -> None:
        """Let searches see everything that was written."""
        await self._server.call("POST", f"/{target}/_refresh")

    async def _aliases(self) -> dict[str, dict[str, Any]]:
        """Find our indexes and their aliases."""
        found = await self._server.call("GET", f"/{self.alias}-0*/_alias")
        ours = re.compile(re.escape(self.alias) + r"-\d{6,}")
        return {name: its["aliases"] for name, its in found.items() if ours.fullmatch(name)}

    async def _look(self, target: str) -> Index | None:
        found = await self._server.call("GET", f"/{target}", filter_path=_SHOWN, ignore=MISSING)
        if "error" in found:
            return None
        name, parts = next(iter(found.items()))
        if name == target:
            raise ProviderError(
                f"{target} on {self._server.where} is an index, not an alias: something else has made it; "
                "delete it, or choose another ?prefix="
            )
        version = parts.get("mappings", {}).get("_meta", {}).get("wfe")
        if version != VERSION:
            raise ProviderError(
                f"the index {name} on {self._server.where} was made by another version of wfe; "
                "make a new one with  wfe reindex"
            )
        return Index(name, target, parts["settings"]["index"]["uuid"])

    async def _make(self, name: str, target: str) -> None:
        await self._server.call("PUT", f"/_index_template/{self.alias}", template(self._server.where))
        try:
            await self._server.call("PUT", f"/{name}", {"aliases": {target: {}}})
        except RefusedError as exc:
            if exc.kind != _EXISTS:
                raise

    async def _delete(self, name: str) -> None:
        await self._server.call("DELETE", f"/{name}", ignore=MISSING)
