"""The public names of `wfe_core`: complete, lazy, and as documented."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import wfe_core
from wfe_core import errors

SOURCE = ast.parse(Path(wfe_core.__file__).read_text("utf-8"))


def test_every_public_name_is_there() -> None:
    """Each name of `__all__` can be had, is listed, and is found where the checkers look for it."""
    for name in wfe_core.__all__:
        assert getattr(wfe_core, name) is not None
        assert name in dir(wfe_core)


def test_checkers_and_the_runtime_agree() -> None:
    """The imports for checkers, the table of homes and `__all__` name the same things in the same places."""
    (block,) = (
        node for node in SOURCE.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    for_checkers = {alias.name: node.module for node in imports for alias in node.names}
    assert for_checkers == wfe_core._HOME
    assert sorted(for_checkers) == sorted(wfe_core.__all__)


def test_all_errors_can_be_imported_from_here() -> None:
    """Users catch errors of the whole tree without knowing the module."""
    tree = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.WfeError)
    }
    assert tree <= set(wfe_core.__all__)


def test_other_names_are_not_there() -> None:
    """A slip is an AttributeError like in any module."""
    with pytest.raises(AttributeError, match="has no attribute 'WorkflowBilder'"):
        wfe_core.WorkflowBilder  # type: ignore[attr-defined]  # noqa: B018


def test_importing_the_package_imports_nothing_slow() -> None:
    """`import wfe_core` loads neither pydantic nor OpenTelemetry; errors and policies do not need them."""
    script = (
        "import sys, wfe_core; wfe_core.WfeError, wfe_core.RetryPolicy;"
        "print(*sorted({'pydantic', 'opentelemetry', 'asyncio', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_building_needs_no_telemetry() -> None:
    """OpenTelemetry is not imported to define workflows."""
    script = "import sys, wfe_core; wfe_core.WorkflowBuilder; print('opentelemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
