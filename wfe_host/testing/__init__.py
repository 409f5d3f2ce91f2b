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

Tests and the fixture are `async def`: run them with pytest-asyncio or anyio's plugin.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from wfe_host.testing.engine import WfeEngine

_STORES = ("memory", "sqlite")
_HELP = "store for tests that use the fixture wfe: memory or sqlite; may be given twice"


def _async_fixture(fn: Callable[..., Any]) -> Any:
    """Mark an async fixture for pytest-asyncio where that is installed, so that its strict mode takes it."""
    if find_spec("pytest_asyncio") is None:
        return pytest.fixture(fn)
    import pytest_asyncio  # noqa: PLC0415 - only where it is installed

    return pytest_asyncio.fixture(fn)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the setting that choose the stores."""
    group = parser.getgroup("wfe")
    group.addoption("--wfe-store", action="append", choices=_STORES, dest="wfe_store", help=_HELP)
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
    stores = named or config.getoption("wfe_store") or config.getini("wfe_stores")
    unknown = [store for store in stores if store not in _STORES]
    if unknown:
        msg = f"the fixture wfe knows the stores {', '.join(_STORES)}, not {unknown[0]!r}"
        raise pytest.UsageError(msg)
    metafunc.parametrize("wfe", list(dict.fromkeys(stores)), indirect=True)


@_async_fixture
async def wfe(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[WfeEngine]:
    """An engine with a host that runs and a clock that stands still until the test moves it."""
    from wfe_host.testing.engine import WfeEngine  # noqa: PLC0415 - a session without wfe tests needs none

    settings: dict[str, Any] = {}
    for mark in request.node.iter_markers("wfe"):
        settings = {**mark.kwargs, **settings}
    async with WfeEngine(request.param, tmp_path, settings) as engine:
        yield engine
