"""The laws of the suites themselves: how a stranger uses them, and that they notice what is wrong."""

from __future__ import annotations

import pytest

from wfe_core.ports import Providers
from wfe_core.testing import ManualClock
from wfe_core.testing.conformance import Backend, UnsupportedError
from wfe_memory import MemoryBackend

pytest_plugins = ["pytester"]

CONFTEST = """
import pytest
from wfe_core.testing import ManualClock
from wfe_core.testing.conformance import Backend
from wfe_memory import MemoryBackend

class Mine(Backend):
    gaps = {GAPS}

    def __init__(self, clock):
        super().__init__(clock)
        self.memory = MemoryBackend(clock)

    def open(self):
        return self.memory.providers()

@pytest.fixture
def backend(clock: ManualClock):
    return Mine(clock)
"""

TESTS = """
from wfe_core.testing import conformance
from wfe_memory import MemoryStore

class TestDefinitions(conformance.DefinitionSuite): ...
"""

BROKEN = """
async def forgetful(self, fingerprint, definition_id, version, source):
    pass

MemoryStore.put_definition = forgetful
"""


def run(pytester: pytest.Pytester, *, gaps: str = "{}", sabotage: str = "") -> pytest.RunResult:
    """Run the suite of the DefinitionStore as a stranger would, in a process of its own."""
    pytester.makeconftest(CONFTEST.replace("{GAPS}", gaps))
    pytester.makepyfile(TESTS + sabotage)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider")


def test_a_stranger_needs_a_backend_and_a_subclass(pytester: pytest.Pytester) -> None:
    """A backend of a dozen lines and a class of one run a suite, in a folder of their own."""
    run(pytester).assert_outcomes(passed=3)


def test_a_broken_store_is_noticed_and_explained(pytester: pytest.Pytester) -> None:
    """A store that loses what it was given fails, and the values compared are shown."""
    result = run(pytester, sabotage=BROKEN)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*assert None == *"])


@pytest.mark.slow
def test_a_declared_gap_is_expected(pytester: pytest.Pytester) -> None:
    """What a backend says that it cannot do is an expected failure, with its reason."""
    gaps = repr(
        dict.fromkeys(
            (
                "test_a_definition_is_found_by_its_fingerprint",
                "test_the_same_fingerprint_again_changes_nothing",
                "test_racing_writers_are_no_error",
            ),
            "it forgets",
        )
    )
    result = run(pytester, gaps=gaps, sabotage=BROKEN)
    result.assert_outcomes(xfailed=3)


@pytest.mark.slow
def test_a_gap_that_was_closed_fails(pytester: pytest.Pytester) -> None:
    """Gaps are strict: when the backend can do it after all, the declaration has to go."""
    result = run(pytester, gaps="{'test_racing_writers_are_no_error': 'it forgets'}")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*XPASS(strict)*"])


@pytest.mark.slow
def test_without_a_backend_nothing_passes(pytester: pytest.Pytester) -> None:
    """A suite whose backend is missing is an error, never a silent skip."""
    pytester.makepyfile(TESTS)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider")
    result.assert_outcomes(errors=3)


class OneBackend(Backend):
    """A backend that hands out one bundle."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.providers = MemoryBackend(clock).providers()

    def open(self) -> Providers:
        """Give the bundle."""
        return self.providers


async def test_connecting_enters_each_object_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Like a host: in the order of the fields, each distinct object once, and left in reverse."""
    backend = OneBackend(ManualClock())
    order: list[str] = []
    for name in ("store", "locks", "queue", "search", "hub"):
        part = type(getattr(backend.providers, name))

        async def enter(self: object, name: str = name) -> object:
            order.append(f"+{name}")
            return self

        async def leave(self: object, *_: object, name: str = name) -> None:
            order.append(f"-{name}")

        monkeypatch.setattr(part, "__aenter__", enter)
        monkeypatch.setattr(part, "__aexit__", leave)
    async with backend.connect() as providers:
        assert providers is backend.providers
    assert "".join(order) == "+store+locks+queue+search+hub-hub-search-queue-locks-store"


async def test_a_backend_moves_the_clock_and_has_no_server() -> None:
    """By default time passes on the test's clock, and a restart is a gap to be declared."""
    backend = OneBackend(ManualClock(5))
    await backend.pass_time(7)
    assert backend.clock.now() == 12
    with pytest.raises(UnsupportedError):
        await backend.restart()
