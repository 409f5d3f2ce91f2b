"""The `wfe` command. Heavy modules are imported by the commands that need them, so that `--help` is quick."""

from __future__ import annotations


def main() -> None:
    """Run the command; the entry point of the console script."""
    from wfe_yaml.cli.app import run_app

    run_app()
