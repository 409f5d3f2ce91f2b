"""What every SQL store needs to claim: the parameters of a claim's filters, and which items come along."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

from wfe_core.ports import CHUNK, Claim, PointerRecord


def listed(values: Iterable[Any] | None) -> str | None:
    """Make the parameter of an optional list."""
    return None if values is None else json.dumps(list(values))


def filters(claim: Claim) -> dict[str, Any]:
    """Give the parameters that a claim's filters have in statements."""
    definitions = claim.definitions
    return {
        "fingerprints": listed(claim.fingerprints),
        "definitions": None
        if definitions is None
        else listed(f"{id_} {version}" for id_, version in definitions),
        "roots": listed(claim.roots),
    }


def wanted_chunks(pointers: Iterable[PointerRecord]) -> list[tuple[int, int]]:
    """Of each live loop, the chunks with the next item and with those of the live pointers inside.

    Which pointers are loops is not known here: others have no items, so asking for theirs gives nothing.
    """
    live = list(pointers)
    known = {pointer.id for pointer in live}
    wanted = {(p.parent, p.index // CHUNK) for p in live if p.index is not None and p.parent in known}
    for pointer in live:
        if pointer.state is not None and '"next"' in pointer.state:
            state: object = json.loads(pointer.state)
            following = cast("dict[str, object]", state).get("next") if isinstance(state, dict) else None
            if isinstance(following, int):
                wanted.add((pointer.id, following // CHUNK))
    return sorted(wanted)
