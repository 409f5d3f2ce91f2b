"""What holds for all tests: none that must run here skips itself quietly, and hardly any has a second try."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Mapping
from typing import Any, Final, cast

import pytest

from tests.services.combinations import store_kinds
from wfe_host.testing import StoreKind

REQUIRED = frozenset(os.environ.get("WFE_TEST_REQUIRE", "").replace(",", " ").split())
"""Stores, servers and tools that are promised to be here: `WFE_TEST_REQUIRE=sqlite,postgres`."""

RERUNS: Final = 3
"""So many tests may have a second try in one run."""

rerun: list[str] = []


def subjects(item: pytest.Item) -> set[str]:
    """What a test is about: the names of its markers and of its parameters."""
    parameters = getattr(item, "callspec", None)
    named = parameters.id.split("-") if parameters is not None else []
    return {*named, *(mark.name for mark in item.iter_markers())}


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Run a test that fails once more: one that sends signals to real processes, and in CI any.

    A signal hits a process wherever it is, and a machine of CI is nobody's own. That one test of thousands
    fails on one of many days should stop nobody's work; but it is shown, with its traceback, and is a bug
    until somebody has found out why. More than a few in one run fail the run: see `RERUNS`.
    """
    for item in items:
        if "CI" in os.environ or item.get_closest_marker("signals") is not None:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the second tries."""
    # The plugin's own word for a first try that is followed by another.
    if cast("str", report.outcome) == "rerun":
        rerun.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that had too many second tries, though all ended well."""
    if len(rerun) > RERUNS and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why such a run failed."""
    if len(rerun) > RERUNS:
        line = f"{len(rerun)} tests had a second try, more than {RERUNS}: find out why, see CONTRIBUTING.md"
        terminalreporter.write_line(line, red=True)


def pytest_wfe_stores() -> Mapping[str, StoreKind]:
    """Let the fixture `wfe` know every combination of providers."""
    return store_kinds()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test fail that skips itself, if what it is about is promised to be here."""
    report = yield
    missing = subjects(item) & REQUIRED
    if report.skipped and missing and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{report.longrepr}\n{sorted(missing)} must be tested here: see WFE_TEST_REQUIRE"
    return report
