"""What is known here: the definitions that were registered, and the providers that are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

from wfe_core.clock import Clock
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.errors import DefinitionConflictError, DefinitionNotRegisteredError, MissingExtraError
from wfe_core.ports.providers import Providers
from wfe_core.ports.search import SearchProvider

_GROUP = "wfe.providers"

_EXTRAS = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "redis": "redis",
    "rediss": "redis",
    "valkey": "redis",
    "valkeys": "redis",
    "opensearch": "opensearch",
    "http": "opensearch",
    "https": "opensearch",
}
"""The extra of this distribution that serves a scheme."""


class Registry:
    """Definitions by id and version, and by fingerprint."""

    def __init__(self) -> None:
        self._by_id: dict[str, dict[int, WorkflowDefinition[Any]]] = {}
        self._by_fingerprint: dict[str, WorkflowDefinition[Any]] = {}
        self._fingerprints: frozenset[str] = frozenset()
        self._identities: frozenset[tuple[str, int]] = frozenset()

    def register(self, definition: WorkflowDefinition[Any], *, revision: bool = False) -> None:
        """Make a definition known; the same structure again is a no-op.

        A definition that is identified by its text never conflicts with another such one: another text under
        the same id and version is a new revision, which instances from now on get; the earlier one stays for
        its own.

        Args:
            definition: what to run.
            revision: treat any definition so.

        Raises:
            DefinitionConflictError: the id and version are known with another structure.
        """
        versions = self._by_id.setdefault(definition.id, {})
        known = versions.get(definition.version)
        if (
            known is not None
            and known.fingerprint != definition.fingerprint
            and not (revision or (known.by_text and definition.by_text))
        ):
            raise DefinitionConflictError(
                definition.id, definition.version, known=known.fingerprint, given=definition.fingerprint
            )
        # The object that came first stays: instances in memory hold on to its nodes.
        kept = self._by_fingerprint.setdefault(definition.fingerprint, definition)
        versions[definition.version] = kept
        self._fingerprints = frozenset(self._by_fingerprint)
        self._identities |= {(definition.id, definition.version)}

    def find(self, definition_id: str, version: int | None = None) -> WorkflowDefinition[Any] | None:
        """Give a definition, the highest version unless one is named; None when it is not known."""
        versions = self._by_id.get(definition_id)
        if not versions:
            return None
        return versions.get(max(versions) if version is None else version)

    def resolve(self, definition_id: str, version: int | None = None) -> WorkflowDefinition[Any]:
        """Give a definition, the highest version unless one is named.

        Raises:
            DefinitionNotRegisteredError: it is not known; names those that are.
        """
        definition = self.find(definition_id, version)
        if definition is None:
            known = tuple(f"{id_} version {number}" for id_, number in sorted(self._identities))
            raise DefinitionNotRegisteredError(definition_id, version, known=known)
        return definition

    def by_fingerprint(self, fingerprint: str) -> WorkflowDefinition[Any] | None:
        """Give the definition with this very structure (or text); None when it is not known."""
        return self._by_fingerprint.get(fingerprint)

    def fingerprints(self) -> frozenset[str]:
        """All structures that can be run here."""
        return self._fingerprints

    def identities(self) -> frozenset[tuple[str, int]]:
        """All pairs of id and version that can be run here."""
        return self._identities

    def ids(self) -> tuple[str, ...]:
        """All ids, sorted."""
        return tuple(sorted(self._by_id))

    def __iter__(self) -> Iterator[WorkflowDefinition[Any]]:
        """Go through all definitions, earlier revisions included."""
        return iter(list(self._by_fingerprint.values()))


def open_providers(
    url: str,
    *,
    clock: Clock | None = None,
    locks: str | None = None,
    queue: str | None = None,
    search: str | None = None,
    hub: str | None = None,
    **options: Any,
) -> Providers:
    """Find the providers for a store by the scheme of its URL, through the entry points `wfe.providers`.

    Nothing connects yet. An entry point is named after a scheme and refers to a function that takes the URL,
    the keyword `clock` and options of its own, and gives a `Providers`, or any object with some of its
    fields if it is no store.

    Args:
        url: the store.
        clock: the clock of the host.
        locks: URL of another LockProvider than the store's own.
        queue: URL of another QueueProvider.
        search: URL of another SearchProvider.
        hub: URL of another LifecycleHub.
        options: passed on to every provider; all of ours take `connect_timeout`.

    Raises:
        ValueError: no provider knows a URL, or it does not offer what it was asked for.
        MissingExtraError: the provider or its driver is not installed; names the command that installs it.
    """
    opened: dict[str, Any] = {}

    def provider_of(address: str) -> Any:
        # What is named twice is opened once, so that its parts share their connections.
        if address not in opened:
            opened[address] = _opener(address)(address, clock=clock, **options)
        return opened[address]

    bundle = provider_of(url)
    if not isinstance(bundle, Providers):
        scheme = _scheme(url)
        msg = f"{scheme}:// is no store; give it as locks=, queue=, search= or hub= beside the URL of one"
        raise ValueError(msg)  # noqa: TRY004 - the URL is of the right type and the wrong kind
    roles = {"locks": locks, "queue": queue, "search": search, "hub": hub}
    parts: dict[str, Any] = {}
    for role, address in roles.items():
        if address is None:
            continue
        try:
            offered = provider_of(address)
        except ValueError as exc:
            msg = f"{role}: {exc}"
            raise ValueError(msg) from None
        part = getattr(offered, role, None)
        if part is None:
            has = ", ".join(name for name in roles if getattr(offered, name, None) is not None)
            msg = f"{role}={_scheme(address)}://: this provider has no {role}; it has {has or 'none of them'}"
            raise ValueError(msg)
        parts[role] = part
    if queue is not None:
        pushes = getattr(provider_of(queue), "capabilities", bundle.capabilities).push_wakeup
        parts["capabilities"] = replace(bundle.capabilities, push_wakeup=pushes)
    if search is not None and isinstance(parts["search"], SearchProvider):
        parts["search"].follow(bundle)
    return replace(bundle, **parts) if parts else bundle


def _opener(url: str) -> Callable[..., Any]:
    """Find the function that opens a URL."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and needed by few

    scheme = _scheme(url)
    base = scheme.partition("+")[0]
    found = {point.name: point for point in entry_points(group=_GROUP)}
    point = found.get(scheme) or found.get(base)
    extra = _EXTRAS.get(base)
    if point is None:
        if extra is not None:
            raise MissingExtraError(f"{scheme}://", extra)
        known = ", ".join(f"{name}://" for name in sorted(found)) or "none"
        msg = f"no provider knows URLs that begin with {scheme}:// (installed: {known})"
        raise ValueError(msg)
    try:
        return cast(Callable[..., Any], point.load())
    except ModuleNotFoundError as exc:
        if extra is None or (exc.name or "").startswith("wfe"):
            raise
        raise MissingExtraError(f"{scheme}://", extra) from exc


def _scheme(url: Any) -> str:
    if not isinstance(url, str):
        kind = type(url).__name__
        msg = f"a provider is named by the text of a URL, as in 'sqlite:///file.db', not by {kind}"
        raise TypeError(msg)
    scheme, colon, _ = url.partition(":")
    if not colon or not scheme.replace("+", "").replace("-", "").replace(".", "").isalnum():
        # The text is not shown: it may hold a password.
        msg = "a provider is named by a URL, as in memory://, sqlite:///file.db or postgresql://host/database"
        raise ValueError(msg)
    return scheme.lower()
