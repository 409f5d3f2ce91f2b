"""`wfe import flowengine` and `wfe import github`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wfe_yaml.cli.options import examples, finish

app: typer.Typer = typer.Typer(
    help="Make a workflow file of one of another system.",
    no_args_is_help=True,
    epilog="\b\nExit codes:\n"
    "    0  all of it has a counterpart\n"
    "    1  the file is written, and something is left out, which stderr tells\n"
    "    2  the other file is wrong, or nothing of it can be run here",
)
_OutputOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write it here.", show_default="to stdout"),
]
_ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
_ReportOption = Annotated[bool, typer.Option("--json", help="Give the report, on stderr, as JSON.")]


@app.command(
    epilog=examples("wfe import flowengine orders.json", "wfe import flowengine orders.json -o orders.yaml")
)
def flowengine(
    file: Annotated[Path, typer.Argument(help="A workflow of FlowEngine: JSON or YAML.")],
    output: _OutputOption = None,
    force: _ForceOption = False,
    json: _ReportOption = False,
) -> None:
    """Read FlowEngine's JSON; its nodes become a dag."""
    from wfe_yaml.cli.importing import write_imported
    from wfe_yaml.importing.flowengine.translate import import_flowengine

    finish(lambda: write_imported(import_flowengine, file, output, force=force, as_json=json))


@app.command(
    epilog=examples(
        "wfe import github .github/workflows/ci.yml", "wfe import github .github/workflows/ci.yml -o ci.yaml"
    )
)
def github(
    file: Annotated[Path, typer.Argument(help="A workflow of GitHub Actions.")],
    output: _OutputOption = None,
    force: _ForceOption = False,
    json: _ReportOption = False,
) -> None:
    """Read a workflow of GitHub Actions; its jobs become a dag."""
    from wfe_yaml.cli.importing import write_imported
    from wfe_yaml.importing.github.translate import import_github

    finish(lambda: write_imported(import_github, file, output, force=force, as_json=json))
