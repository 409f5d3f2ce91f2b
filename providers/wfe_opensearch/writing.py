"""Bulk requests: instances become documents, in requests as large as the server takes at the moment."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wfe_core.clock import Clock
from wfe_core.errors import ProviderUnavailableError
from wfe_core.ports import ChangeFeed, Content
from wfe_opensearch.failures import (
    BROKEN,
    BUSY,
    CONFLICT,
    DONE,
    MISSING,
    TOO_LARGE,
    BusyError,
    RefusedError,
    reason_of,
    refused,
)
from wfe_opensearch.mapping import documents, external_version, key
from wfe_opensearch.server import Server

logger: logging.Logger = logging.getLogger("wfe.opensearch")

_MOST: Final = 500
"""Documents in a request."""
_BYTES: Final = 5_000_000
"""Bytes in a request, unless one document alone has more."""


@dataclass(slots=True)
class _Action:
    """One document of a bulk request: to be written, or to be deleted."""

    instance_id: str
    head: str
    bodies: Sequence[str] = ()
    """The document, and after it those with less in it, for when it is refused."""
    tries: int = 0

    @property
    def lines(self) -> str:
        body = self.bodies[self.tries] if self.bodies else None
        return f"{self.head}\n" if body is None else f"{self.head}\n{body}\n"


class Writer:
    """Writes the current state of instances, one request at a time.

    When the server takes nothing more, the next requests are half as large, and grow slowly when it does.

    Args:
        server: the connection.
        store: where instances are read.
        clock: told of work in threads.
    """

    def __init__(self, server: Server, store: ChangeFeed, clock: Clock) -> None:
        self._server = server
        self._store = store
        self._clock = clock
        self.room: int = _MOST
        """Documents in the next request."""

    async def write(self, ids: Sequence[str], target: str, *, again: bool = False) -> int:
        """Write instances as they are now; those that are gone are deleted.

        Args:
            ids: which.
            target: the alias of the index.
            again: also write what the index has already in this revision.

        Returns:
            How many there are.

        Raises:
            ProviderUnavailableError: not all could be written; to be called again for all of them.
        """
        number = 0
        left = list(dict.fromkeys(ids))
        while left:
            part, left = left[: self.room], left[self.room :]
            contents = await self._store.contents(part)
            number += len(contents)
            self._clock.enter()
            try:
                actions = await asyncio.to_thread(_actions, part, contents, again=again)
            finally:
                self._clock.leave()
            for chunk in _chunks(actions):
                await self._send(chunk, target)
            self.room = min(_MOST, self.room + max(1, self.room // 8))
        return number

    async def _send(self, actions: list[_Action], target: str) -> None:
        """Send actions, again with less in those that are refused."""
        while actions:
            body = "".join(action.lines for action in actions)
            try:
                answer = await self._server.call(
                    "POST", f"/{target}/_bulk", body, lines=True, require_alias="true"
                )
            except BusyError:
                self._shrink(len(actions))
                raise
            except RefusedError as exc:
                if exc.status != TOO_LARGE:
                    raise
                await self._divide(actions, target, exc)
                return
            actions = self._refused(actions, answer["items"])

    async def _divide(self, actions: list[_Action], target: str, error: RefusedError) -> None:
        """Send in two requests what was too large for one."""
        if len(actions) == 1:
            await self._send(_with_less(actions[0], str(error)), target)
            return
        middle = len(actions) // 2
        await self._send(actions[:middle], target)
        await self._send(actions[middle:], target)

    def _refused(self, actions: list[_Action], items: Sequence[dict[str, Any]]) -> list[_Action]:
        """Look at what became of each document; give those to be sent again, with less in them.

        Raises:
            ProviderUnavailableError: the server did not take some of them at the moment.
        """
        again: list[_Action] = []
        later: ProviderUnavailableError | None = None
        for action, item in zip(actions, items, strict=True):
            [(verb, result)] = item.items()
            status = int(result["status"])
            kind, reason = reason_of(result.get("error"))
            # A conflict: the index has this state already, or a newer one.
            if status in DONE or status == CONFLICT or (verb == "delete" and not kind):
                continue
            if status == MISSING:
                later = ProviderUnavailableError(
                    f"the index behind {self._server.where} has gone; it is made again at the next try"
                )
                continue
            error = refused(status, kind, reason, self._server.where)
            if status == BUSY or status >= BROKEN or isinstance(error, ProviderUnavailableError):
                later = BusyError(str(error))
            else:
                again += _with_less(action, f"{kind}: {reason}")
        if later is not None:
            self._shrink(len(actions))
            raise later
        return again

    def _shrink(self, number: int) -> None:
        self.room = max(1, min(self.room, number) // 2)


def _actions(ids: Sequence[str], contents: Mapping[str, Content], *, again: bool) -> list[_Action]:
    """Make the actions for instances; finding their words takes time."""
    actions: list[_Action] = []
    for id_ in ids:
        content = contents.get(id_)
        if content is None:
            actions.append(_Action(id_, json.dumps({"delete": {"_id": key(id_)}})))
            continue
        head = {
            "_id": key(id_),
            "version": external_version(content),
            "version_type": "external_gte" if again else "external",
        }
        bodies = [json.dumps(one, ensure_ascii=False) for one in documents(content)]
        actions.append(_Action(id_, json.dumps({"index": head}), bodies))
    return actions


def _chunks(actions: Sequence[_Action]) -> Iterator[list[_Action]]:
    """Divide actions into requests of bearable size."""
    chunk: list[_Action] = []
    size = 0
    for action in actions:
        length = len(action.lines.encode())
        if chunk and size + length > _BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(action)
        size += length
    if chunk:
        yield chunk


def _with_less(action: _Action, reason: str) -> list[_Action]:
    """Give an action with less in its document; none when nothing is left that could be sent."""
    action.tries += 1
    if action.tries >= len(action.bodies):
        logger.error(
            "instance %r cannot be found by searches: OpenSearch refuses it (%s)", action.instance_id, reason
        )
        return []
    logger.warning(
        "instance %r is found by fewer words or filters: OpenSearch refuses its document (%s)",
        action.instance_id,
        reason,
    )
    return [action]
