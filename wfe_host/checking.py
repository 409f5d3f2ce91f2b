"""What callers give, checked where it comes in: the message names the parameter, what it got and a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from wfe_core.clock import to_instant
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.middleware import Middleware
from wfe_host.config import HostConfig

_SHOWN = 80
"""Characters of a wrong value that a message shows."""


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


def event_names(name: Any, key: Any, event_id: Any) -> None:
    """Check what an event is known by.

    Raises:
        TypeError: it is no text.
        ValueError: its name is empty.
    """
    if not isinstance(name, str):
        msg = f"the name of an event must be a text, not {shown(name)}"
        raise TypeError(msg)
    if not name:
        msg = "the name of an event must not be empty; give the one that wait_for names"
        raise ValueError(msg)
    if isinstance(key, bool) or not isinstance(key, (str, int)):
        msg = f"event {name!r}: the key must be a text, not {shown(key)}; leave it out for events without one"
        raise TypeError(msg)
    if event_id is not None and not isinstance(event_id, str):
        msg = f"event {name!r}: event_id must be a text, not {shown(event_id)}"
        raise TypeError(msg)


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
    return limit


def page_cursor(cursor: Any) -> str | None:
    """Check where a page begins: after the one that gave this cursor.

    Raises:
        ValueError: it is none that a page gave.
    """
    if cursor is None:
        return None
    created, colon, instance_id = cursor.partition(":") if isinstance(cursor, str) else ("", "", "")
    if not (colon and instance_id and created.isdecimal()):
        msg = f"cursor={cursor!r} comes from no page; give page.cursor of the page before, or None"
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
