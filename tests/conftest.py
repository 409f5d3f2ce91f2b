"""What holds for all tests: none that must run here skips itself quietly, and hardly any has a second try."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Mapping
from typing import Any

import pytest

from tests.services.combinations import store_kinds
from wfe_host.testing import StoreKind

REQUIRED = frozenset(os.environ.get("WFE_TEST_REQUIRE", "").replace(",", " ").split())
"""Stores, servers and tools that are promised to be here: `WFE_TEST_REQUIRE=sqlite,postgres`."""


def subjects(item: pytest.Item) -> set[str]:
    """What a test is about: the names of its markers and of its parameters."""
    parameters = getattr(item, "callspec", None)
    named = parameters.id.split("-") if parameters is not None else []
    return {*named, *(mark.name for mark in item.iter_markers())}


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Run a test that sends signals to real processes once more if it fails, and no other test.

    A signal hits a process wherever it is. That a test fails on one of many days should stop nobody's work;
    but it is shown, with its traceback, and is a bug until somebody has found out why.
    """
    for item in items:
        if item.get_closest_marker("signals") is not None:
            item.add_marker(pytest.mark.flaky(reruns=1))


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
