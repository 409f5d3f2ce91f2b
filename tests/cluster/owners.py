"""The oracle of double ownership: what a trigger wrote down at every change of an owner or a token."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg

_TRIGGER = """
CREATE TABLE owned
    (seq BIGSERIAL, id TEXT, old_owner TEXT, owner TEXT, old_fence BIGINT, fence BIGINT);
CREATE FUNCTION note_owner() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO owned (id, old_owner, owner, old_fence, fence)
    VALUES (NEW.id, OLD.owner, NEW.owner, OLD.fence, NEW.fence);
    RETURN NULL;
END $$;
CREATE TRIGGER note_owner AFTER UPDATE ON workflow FOR EACH ROW
    WHEN (OLD.owner IS DISTINCT FROM NEW.owner OR OLD.fence <> NEW.fence) EXECUTE FUNCTION note_owner();
"""

# SQLite counts rows that a trigger writes among those of the statement, by which the store tells what was
# stale: so this one writes nothing, but refuses what must never be.
_GUARD = """
CREATE TRIGGER two_owners BEFORE UPDATE ON workflow
    WHEN NEW.owner IS NOT NULL AND NEW.owner IS NOT OLD.owner AND OLD.owner IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'two owners'); END;
CREATE TRIGGER no_new_token BEFORE UPDATE ON workflow
    WHEN NEW.fence <> OLD.fence + (NEW.owner IS NOT NULL AND NEW.owner IS NOT OLD.owner)
    BEGIN SELECT RAISE(ABORT, 'a token that does not belong to one taking'); END;
"""


def guard_file(path: Path) -> None:
    """Refuse, in a store on SQLite, to take what somebody owns, and tokens that do not count the takings."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_GUARD)


def tokens_of_file(path: Path) -> int:
    """The tokens of all instances, added up: as often has one been taken."""
    with closing(sqlite3.connect(path)) as connection:
        [(total,)] = connection.execute("SELECT sum(fence) FROM workflow")
        return int(total)


async def watch(base: str, schema: str) -> None:
    """Write down all changes in a schema from now on."""
    connection = await asyncpg.connect(base, server_settings={"search_path": schema})
    await connection.execute(_TRIGGER)
    await connection.close()


async def record(base: str, schema: str) -> list[tuple[Any, ...]]:
    """Read what was written down."""
    connection = await asyncpg.connect(base, server_settings={"search_path": schema})
    rows = await connection.fetch("SELECT id, old_owner, owner, old_fence, fence FROM owned ORDER BY seq")
    await connection.close()
    return [tuple(row) for row in rows]


async def drop(base: str, schema: str) -> None:
    """Take the schema away: it has a trigger that other tests do not want."""
    connection = await asyncpg.connect(base)
    await connection.execute(f'DROP SCHEMA "{schema}" CASCADE')
    await connection.close()


def check(rows: Iterable[tuple[Any, ...]], dead: frozenset[str] | None = frozenset()) -> int:
    """Check the record; gives how often somebody took an instance.

    Args:
        rows: the record.
        dead: sessions from which somebody else may take; None for all.
    """
    owners: dict[str, str | None] = {}
    fences: dict[str, int] = {}
    taken = 0
    for id_, old_owner, owner, old_fence, fence in rows:
        where = f"{id_}: {old_owner} with {old_fence}, then {owner} with {fence}"
        assert old_fence == fences.get(id_, old_fence), f"the record has a hole at {where}"
        assert old_owner == owners.get(id_, old_owner), f"the record has a hole at {where}"
        if owner is not None and owner != old_owner:
            assert fence == old_fence + 1, f"taken without a new token: {where}"
            assert old_owner is None or dead is None or old_owner in dead, f"two owners: {where}"
            taken += 1
        else:
            assert fence == old_fence, f"a token changed hands without its instance: {where}"
        owners[id_], fences[id_] = owner, fence
    return taken
