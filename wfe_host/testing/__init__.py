"""The pytest plugin of wfe: the fixture `wfe` gives an engine with a clock that the test moves.

Example:
    A test of a workflow that waits for three days, in milliseconds::

        async def test_reminder(wfe):
            handle = await wfe.start(reminder, {"id": "o-1"})
            await wfe.advance("3d")
            assert (await wfe.result(handle))["reminded"]

The store is memory unless the marker `@pytest.mark.wfe("memory", "sqlite")`, the option `--wfe-store` or the
setting `wfe_stores` says otherwise; several stores run the test once on each. Keywords of the marker are
settings of the hosts: `@pytest.mark.wfe(max_running_steps=2)`.

Further stores come from the hook `pytest_wfe_stores` of a `conftest.py`: a `StoreKind` for each name.

Tests and the fixture are `async def`: run them with pytest-asyncio or anyio's plugin.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from wfe_core.testing.backend import Backend
    from wfe_core.testing.clock import ManualClock
    from wfe_host.testing.engine import WfeEngine

_HELP = "store for tests that use the fixture wfe: memory, sqlite, or a further one; may be given twice"


@dataclass(frozen=True, slots=True)
class StoreKind:
    """A store that tests can name.

    Attributes:
        make: gives an empty backend for one test, from its clock and its folder; may skip the test.
        marks: put on the tests that run on it, so that they can be chosen or left out.
    """

    make: Callable[[ManualClock, Path], Backend]
    marks: tuple[pytest.MarkDecorator, ...] = ()


class StoreHooks:
    """What a `conftest.py` may define."""

    @pytest.hookspec
    def pytest_wfe_stores(self) -> Mapping[str, StoreKind]:  # type: ignore[empty-body]
        """Give further stores for the fixture `wfe`, by their names."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make the hook known."""
    pluginmanager.add_hookspecs(StoreHooks)


def _async_fixture(fn: Callable[..., Any]) -> Any:
    """Mark an async fixture for pytest-asyncio where that is installed, so that its strict mode takes it."""
    if find_spec("pytest_asyncio") is None:
        return pytest.fixture(fn)
    import pytest_asyncio  # noqa: PLC0415 - only where it is installed

    return pytest_asyncio.fixture(fn)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the setting that choose the stores."""
    group = parser.getgroup("wfe")
    group.addoption("--wfe-store", action="append", dest="wfe_store", help=_HELP)
    parser.addini("wfe_stores", _HELP, type="args", default=["memory"])


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "wfe(*stores, **settings): stores and host settings for the fixture wfe"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses the fixture once for each store."""
    if "wfe" not in metafunc.fixturenames:
        return
    config = metafunc.config
    named = [store for mark in metafunc.definition.iter_markers("wfe") for store in mark.args]
    chosen = named or config.getoption("wfe_store") or config.getini("wfe_stores")
    known = _kinds(config)
    unknown = [store for store in chosen if store not in known]
    if unknown:
        msg = f"the fixture wfe knows the stores {', '.join(known)}, not {unknown[0]!r}"
        raise pytest.UsageError(msg)
    stores = [pytest.param(store, id=store, marks=known[store].marks) for store in dict.fromkeys(chosen)]
    metafunc.parametrize("wfe", stores, indirect=True)


def _kinds(config: pytest.Config) -> dict[str, StoreKind]:
    """Give the stores that can be named."""
    kinds = {"memory": StoreKind(_memory), "sqlite": StoreKind(_sqlite)}
    for found in config.hook.pytest_wfe_stores():
        kinds.update(found)
    return kinds


def _memory(clock: ManualClock, folder: Path) -> Backend:
    from wfe_host.testing.backends import InMemory  # noqa: PLC0415 - a session without wfe tests needs none

    del folder
    return InMemory(clock)


def _sqlite(clock: ManualClock, folder: Path) -> Backend:
    from wfe_host.testing.backends import AtUrl  # noqa: PLC0415 - as above

    return AtUrl(clock, f"sqlite:///{folder}/wfe.db")


@_async_fixture
async def wfe(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[WfeEngine]:
    """An engine with a host that runs and a clock that stands still until the test moves it."""
    from wfe_core.testing.clock import ManualClock  # noqa: PLC0415 - a session without wfe tests needs none
    from wfe_host.testing.engine import WfeEngine  # noqa: PLC0415 - as above

    settings: dict[str, Any] = {}
    for mark in request.node.iter_markers("wfe"):
        settings = {**mark.kwargs, **settings}
    kind = _kinds(request.config)[request.param]
    clock = ManualClock()
    async with (
        kind.make(clock, tmp_path) as backend,
        WfeEngine(backend, settings, store=request.param) as engine,
    ):
        yield engine
