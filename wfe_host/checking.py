"""What callers give, checked where it comes in: the message names the parameter, what it got and a remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from wfe_core.bounds import HIGHEST_NUMBER, HIGHEST_PRIORITY, ID_BYTES, KEY_BYTES, MOST, NAME_BYTES, flaw
from wfe_core.clock import to_instant
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.errors import InstanceNotFoundError
from wfe_core.middleware import Middleware
from wfe_host.config import HostConfig

_SHOWN = 80
"""Characters of a wrong value that a message shows."""
_OF_A_CHILD = re.compile(r"/[0-9]+/[0-9]+$")
"""How the ids of sub-workflows end."""
_DIGITS = 18
"""Digits of an instant in microseconds, at most: the year 9999 has so many."""


def shown(value: object) -> str:
    """Say what a value is, for a message: `a tuple: ('order', {})`."""
    text, kind = repr(value), type(value).__name__
    article = "an" if kind[0] in "aeiou" else "a"
    return f"{article} {kind}: {text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}"


def instant(name: str, value: Any) -> int | None:
    """Give a datetime as microseconds.

    Raises:
        TypeError: it is no datetime.
        ValueError: it has no time zone.
    """
    if value is None:
        return None
    if not isinstance(value, datetime):
        msg = f"{name} takes a datetime with a time zone, not {shown(value)}"
        raise TypeError(msg)
    try:
        return to_instant(value)
    except ValueError as exc:
        msg = f"{name}: {exc}"
        raise ValueError(msg) from exc


def kept(what: str, value: Any, longest: int | None = None) -> str:
    """Check a text that a store is to keep or to look for.

    Raises:
        TypeError: it is no text.
        ValueError: no store can keep it; says why and what to do.
    """
    if not isinstance(value, str):
        msg = f"{what} must be a text, not {shown(value)}"
        raise TypeError(msg)
    problem = flaw(value, longest)
    if problem is not None:
        msg = f"{what}: {shown(value)} {problem}"
        raise ValueError(msg)
    return value


def named(what: str, value: Any, longest: int | None = None) -> str:
    """Check a text that names something: as `kept`, and not empty.

    Raises:
        TypeError: it is no text.
        ValueError: it is empty, or no store can keep it.
    """
    if value == "":
        msg = f"{what} must not be empty"
        raise ValueError(msg)
    return kept(what, value, longest)


def maybe(what: str, value: Any, longest: int | None = None) -> str | None:
    """Check a text that may be left out, as `kept` does."""
    return None if value is None else kept(what, value, longest)


def whole(what: str, value: Any) -> int | None:
    """Check a whole number that may be left out.

    Raises:
        TypeError: it is none.
        ValueError: it is less than 0, or too large.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        msg = f"{what} must be a whole number, not {shown(value)}"
        raise TypeError(msg)
    if not 0 <= value <= HIGHEST_NUMBER:
        msg = f"{what} must lie between 0 and {HIGHEST_NUMBER:,}, not {value}"
        raise ValueError(msg)
    return value


def known_id(instance_id: Any) -> str:
    """Check the id of an instance that is looked for: one that no store can keep is of none.

    Raises:
        TypeError: it is no text.
        InstanceNotFoundError: no instance can have such an id.
    """
    if not isinstance(instance_id, str):
        msg = f"instance_id must be a text, not {shown(instance_id)}"
        raise TypeError(msg)
    if flaw(instance_id, KEY_BYTES) is not None:
        raise InstanceNotFoundError(instance_id)
    return instance_id


def new_id(instance_id: Any) -> None:
    """Check the id that a new instance is to have.

    Raises:
        ValueError: people could not read it, no store can keep it, or a sub-workflow may be called so.
    """
    if instance_id is None:
        return
    if not (isinstance(instance_id, str) and instance_id.strip() and instance_id.isprintable()):
        msg = (
            f"instance_id={instance_id!r:.80} must be a text that can be read, or None for an id of wfe's own"
        )
        raise ValueError(msg)
    kept("instance_id", instance_id, ID_BYTES)
    if _OF_A_CHILD.search(instance_id):
        msg = (
            f"instance_id={instance_id!r:.80} ends as the ids of sub-workflows do (parent/pointer/attempt), "
            f"one of which could meet it; end it otherwise, as in {instance_id.replace('/', '-')!r:.80}"
        )
        raise ValueError(msg)


def priority_of(priority: Any) -> int:
    """Check the priority of an instance.

    Raises:
        TypeError: it is no whole number.
        ValueError: it is too large, or too small.
    """
    if isinstance(priority, bool) or not isinstance(priority, int):
        msg = f"priority={priority!r} must be a whole number; higher ones come first"
        raise TypeError(msg)
    if abs(priority) > HIGHEST_PRIORITY:
        msg = f"priority={priority} must lie between {-HIGHEST_PRIORITY:,} and {HIGHEST_PRIORITY:,}"
        raise ValueError(msg)
    return priority


def event_names(name: Any, key: Any, event_id: Any) -> None:
    """Check what an event is known by.

    Raises:
        TypeError: it is no text.
        ValueError: its name is empty, or no store can keep it.
    """
    if not isinstance(name, str):
        msg = f"the name of an event must be a text, not {shown(name)}"
        raise TypeError(msg)
    if not name:
        msg = "the name of an event must not be empty; give the one that wait_for names"
        raise ValueError(msg)
    kept("the name of an event", name, NAME_BYTES)
    if isinstance(key, bool) or not isinstance(key, (str, int)):
        msg = f"event {name!r}: the key must be a text, not {shown(key)}; leave it out for events without one"
        raise TypeError(msg)
    if isinstance(key, str):
        kept(f"event {name!r}: the key", key, KEY_BYTES)
    elif key.bit_length() > KEY_BYTES:
        msg = f"event {name!r}: the key is a number of {key.bit_length():,} bits; give a shorter one"
        raise ValueError(msg)
    if event_id is not None:
        named(f"event {name!r}: event_id", event_id, ID_BYTES)


def page_size(limit: Any) -> int:
    """Check how many instances a page may have.

    Raises:
        TypeError: it is no whole number.
        ValueError: it is less than 1.
    """
    if isinstance(limit, bool) or not isinstance(limit, int):
        msg = f"limit must be a whole number, not {shown(limit)}"
        raise TypeError(msg)
    if limit < 1:
        msg = f"limit must be at least 1, not {limit}; page.cursor fetches the next page"
        raise ValueError(msg)
    if limit > MOST:
        msg = f"limit must be at most {MOST:,}, not {limit}; page.cursor fetches the next page"
        raise ValueError(msg)
    return limit


def pointer_range(after: Any, limit: Any) -> None:
    """Check which pointers of an instance are wanted.

    Raises:
        TypeError: a bound is no whole number.
        ValueError: a bound is less than 0, or too large.
    """
    whole("after", after)
    whole("limit", limit)


def page_cursor(cursor: Any) -> str | None:
    """Check where a page begins: after the one that gave this cursor.

    Raises:
        ValueError: it is none that a page gave.
    """
    if cursor is None:
        return None
    created, _, instance_id = cursor.partition(":") if isinstance(cursor, str) else ("", "", "")
    number = created.isdecimal() and created.isascii() and len(created) <= _DIGITS
    if not (number and instance_id and flaw(instance_id, KEY_BYTES) is None):
        msg = f"cursor={cursor!r:.80} comes from no page; give page.cursor of the page before, or None"
        raise ValueError(msg)
    text: str = cursor
    return text


def mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Check a filter by keys.

    Raises:
        TypeError: it is no mapping.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        msg = f"{name} takes a mapping, as in {name}={{'team': 'shop'}}, not {shown(value)}"
        raise TypeError(msg)
    return cast("Mapping[str, Any]", value)


def host_parts(config: Any, middleware: Any, services: Any) -> None:
    """Check what a host is made with.

    Raises:
        TypeError: a part is of the wrong type; names it.
    """
    if config is not None and not isinstance(config, HostConfig):
        msg = f"config takes a HostConfig(...), not {shown(config)}"
        raise TypeError(msg)
    for index, layer in enumerate(middleware):
        if not isinstance(layer, Middleware):
            hint = "; make an object of it" if isinstance(layer, type) else ""
            what = f"middleware[{index}] must be an object whose class extends Middleware"
            msg = f"{what}, not {shown(layer)}{hint}"
            raise TypeError(msg)
    if services is not None and not isinstance(services, Mapping):
        what = "services takes a mapping of types to objects, as in services={Mailer: mailer}"
        msg = f"{what}, not {shown(services)}"
        raise TypeError(msg)


def built(definition: Any) -> None:
    """Check that something is a definition.

    Raises:
        TypeError: it is not; says what to do.
    """
    if not isinstance(definition, WorkflowDefinition):
        hint = (
            "call .build() on it first" if hasattr(definition, "build") else "build one with WorkflowBuilder"
        )
        msg = f"a workflow definition is needed, not {shown(definition)}; {hint}"
        raise TypeError(msg)
