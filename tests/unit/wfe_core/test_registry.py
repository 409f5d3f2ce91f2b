from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.definition.nodes import DelayNode, Sequence
from wfe_core.errors import DefinitionConflictError, DefinitionNotRegisteredError, MissingExtraError
from wfe_core.ports import Capabilities, Providers
from wfe_core.registry import Registry, open_providers
from wfe_core.testing.clock import ManualClock


def definition(
    id: str = "order", version: int = 1, *names: str, fingerprint: str | None = None
) -> WorkflowDefinition[Any]:
    """A definition that waits once for each name."""
    nodes = [DelayNode(name=name, duration=1) for name in names or ("a",)]
    return WorkflowDefinition(
        id, Sequence(nodes=list(nodes)), version=version, data=dict, fingerprint=fingerprint
    )


def test_the_highest_version_is_taken() -> None:
    """Without a version the highest registered counts, whatever the order of registering."""
    registry = Registry()
    two, one = definition(version=2), definition(version=1)
    registry.register(two)
    registry.register(one)
    assert registry.resolve("order") is two
    assert registry.resolve("order", 1) is one
    assert registry.by_fingerprint(one.fingerprint) is one
    assert registry.fingerprints() == {one.fingerprint, two.fingerprint}
    assert registry.identities() == {("order", 1), ("order", 2)}
    assert registry.ids() == ("order",)
    assert set(registry) == {one, two}


def test_the_same_structure_again_is_nothing_new() -> None:
    """Registering the same structure again changes nothing: the first object stays."""
    registry = Registry()
    first = definition()
    registry.register(first)
    registry.register(definition())
    assert registry.resolve("order") is first


def test_another_structure_is_a_conflict() -> None:
    """Another structure under the same id and version is refused, and the first stays."""
    registry = Registry()
    first = definition()
    registry.register(first)
    with pytest.raises(DefinitionConflictError, match="give the changed workflow a new version"):
        registry.register(definition("order", 1, "a", "b"))
    assert registry.resolve("order") is first
    assert registry.fingerprints() == {first.fingerprint}


def test_a_text_may_be_revised() -> None:
    """A definition known by its text takes the earlier one's place; its own instances still find that."""
    registry = Registry()
    old, new = definition(fingerprint="text-1"), definition("order", 1, "a", "b", fingerprint="text-2")
    registry.register(old)
    registry.register(new, revision=True)
    assert registry.resolve("order") is new
    assert registry.by_fingerprint("text-1") is old
    assert registry.fingerprints() == {"text-1", "text-2"}


def test_what_is_unknown_is_named_with_what_is_known() -> None:
    """The error for an unknown definition lists those that are registered."""
    registry = Registry()
    with pytest.raises(DefinitionNotRegisteredError, match="nothing is registered here yet"):
        registry.resolve("order")
    registry.register(definition("ship"))
    registry.register(definition("order", 3))
    with pytest.raises(
        DefinitionNotRegisteredError, match=r"'order' version 2 .*: order version 3, ship version 1"
    ):
        registry.resolve("order", 2)
    assert registry.find("order", 2) is None
    assert registry.find("bill") is None
    assert registry.by_fingerprint("?") is None


# Providers.


@dataclass
class Point:
    """An entry point that gives an opener, or fails to load."""

    name: str
    opener: Any = None
    error: Exception | None = None

    def load(self) -> Any:
        """Import it."""
        if self.error is not None:
            raise self.error
        return self.opener


@dataclass
class Parts:
    """What a provider that is no store gives."""

    url: str
    clock: Any
    options: dict[str, Any]
    locks: object = field(default_factory=object)
    hub: object = field(default_factory=object)
    queue: object = field(default_factory=object)
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(push_wakeup=True))


def open_store(url: str, *, clock: Any, **options: Any) -> Providers:
    """Open a store that is just its URL."""
    store = cast(Any, (url, clock, options))
    return Providers(store=store, locks=cast(Any, "own"), queue=cast(Any, "own"))


def open_parts(url: str, *, clock: Any, **options: Any) -> Parts:
    """Open a provider that is no store."""
    return Parts(url, clock, options)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[Point]:
    """The entry points that are installed."""
    points = [Point("store", open_store), Point("redis", open_parts)]

    def entry_points(*, group: str) -> list[Point]:
        assert group == "wfe.providers"
        return points

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)
    return points


def test_the_scheme_chooses_the_provider(installed: list[Point]) -> None:
    """The entry point named like the scheme gets the URL, the clock and the options."""
    clock = ManualClock()
    providers = open_providers("Store://x", clock=clock, durability="full")
    assert cast(Any, providers.store) == ("Store://x", clock, {"durability": "full"})


def test_a_scheme_with_a_driver_falls_back_to_its_base(installed: list[Point]) -> None:
    """`store+fast://` is served by `store` unless it has an entry point of its own."""
    assert cast(Any, open_providers("store+fast://x").store)[0] == "store+fast://x"


def test_other_parts_come_from_other_urls(installed: list[Point]) -> None:
    """Locks, queue, search and hub can be another provider's; one that is named twice is opened once."""
    bundle = open_providers("store://x", locks="redis://r", hub="redis://r", queue="redis://other")
    assert isinstance(bundle.locks, object)
    parts = cast(Any, bundle)
    assert parts.locks != "own"
    assert parts.queue != "own"
    assert parts.hub is not None
    assert bundle.capabilities.push_wakeup


def test_the_memory_provider_is_found() -> None:
    """The entry points of this distribution are announced."""
    providers = open_providers("memory://")
    assert providers.store is not None


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("orders.db", "a provider is named by a URL, as in memory://, sqlite:///file.db"),
        ("my secret: password", "a provider is named by a URL"),
        ("oracle://db", r"begin with oracle:// \(installed: redis://, store://\)$"),
        ("redis://r", "redis:// is no store; give it as locks="),
    ],
)
def test_a_url_that_will_not_do(installed: list[Point], url: str, complaint: str) -> None:
    """A URL nobody serves is refused with what would do, and without showing its password."""
    with pytest.raises(ValueError, match=complaint) as caught:
        open_providers(url)
    assert "secret" not in str(caught.value)


def test_a_role_that_a_provider_lacks(installed: list[Point]) -> None:
    """Asking a provider for what it has not got names the role, and those that it has."""
    with pytest.raises(
        ValueError, match="search=redis://: this provider has no search; it has locks, queue, hub"
    ):
        open_providers("store://x", search="redis://r")


def test_a_part_that_is_wrong_is_named(installed: list[Point]) -> None:
    """What is wrong with a URL beside the store's says for which part it was given."""
    with pytest.raises(ValueError, match="locks: no provider knows URLs that begin with oracle://"):
        open_providers("store://x", locks="oracle://r")


def test_a_provider_that_is_missing(installed: list[Point]) -> None:
    """A known scheme that nothing installed serves names the command that installs it, not the URL."""
    with pytest.raises(MissingExtraError, match=r"pip install 'wfe\[postgres\]'") as caught:
        open_providers("postgresql://u:secret@h/d")
    assert caught.value.extra == "postgres"
    assert "secret" not in str(caught.value)


def test_a_driver_that_is_missing(installed: list[Point]) -> None:
    """A provider whose driver is not installed names the command that installs it."""
    missing = ModuleNotFoundError("No module named 'asyncpg'", name="asyncpg")
    installed.append(Point("postgresql", error=missing))
    with pytest.raises(MissingExtraError, match=r"pip install 'wfe\[postgres\]'") as caught:
        open_providers("postgresql://h/d")
    assert caught.value.__cause__ is missing


@pytest.mark.parametrize("name", ["wfe_postgres.pool", None])
def test_a_broken_provider_is_no_missing_extra(installed: list[Point], name: str | None) -> None:
    """A provider that can't import its own modules, or one of strangers, shows its own error."""
    broken = ModuleNotFoundError("No module", name=name)
    installed.append(Point("postgresql" if name else "theirs", error=broken))
    with pytest.raises(ModuleNotFoundError) as caught:
        open_providers("postgresql://h/d" if name else "theirs://x")
    assert caught.value is broken
