"""The pytest plugin as others load it (API)."""

from __future__ import annotations

import tomllib
from pathlib import Path


def test_the_plugin_may_be_named_by_who_has_it_already() -> None:
    """`pytest_plugins = ["wfe_host.testing"]` and `-p` work: pytest knows the entry point by that name."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    points = project["project"]["entry-points"]["pytest11"]
    assert points == {"wfe_host.testing": "wfe_host.testing"}
