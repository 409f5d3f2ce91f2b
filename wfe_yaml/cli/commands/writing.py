"""`wfe init`, `validate`, `plan`, `graph` and `steps`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wfe_yaml.cli.options import WRITE, JsonOption, StoreOption, VarOption, examples, finish

app: typer.Typer = typer.Typer()
_WorkflowArgument = Annotated[
    str | None, typer.Argument(help="The id of the workflow, if the file has several.")
]


class ProblemFormat(StrEnum):
    """How problems of a file are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class GraphFormat(StrEnum):
    """How a picture is written."""

    ASCII = "ascii"
    MERMAID = "mermaid"
    DOT = "dot"
    JSON = "json"


@app.command(rich_help_panel=WRITE, epilog=examples("wfe init", "wfe init pipelines/nightly.yaml"))
def init(file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("pipeline.yaml")) -> None:
    """Write a workflow file to begin with."""
    from wfe_yaml.cli.starting import write_starter

    finish(lambda: write_starter(file))


@app.command(
    rich_help_panel=WRITE,
    epilog=examples("wfe validate ci.yaml pipelines/*.yaml", "wfe validate ci.yaml --format github"),
)
def validate(
    files: Annotated[list[Path], typer.Argument(help="Workflow files.")],
    form: Annotated[
        ProblemFormat | None,
        typer.Option(
            "--format", help="How problems are written.", show_default="text; on GitHub also annotations"
        ),
    ] = None,
    variables: VarOption = None,
) -> None:
    """Check workflow files without running anything."""
    from wfe_yaml.cli.inputs import given_variables
    from wfe_yaml.cli.validating import validate_files

    finish(lambda: validate_files(files, form and form.value, given_variables(variables or ())))


@app.command(
    rich_help_panel=WRITE, epilog=examples("wfe plan deploy.yaml", "wfe plan deploy.yaml -i ref=v1.2")
)
def plan(
    file: Annotated[Path, typer.Argument(help="The workflow file.")],
    workflow: _WorkflowArgument = None,
    inputs: Annotated[
        list[str] | None, typer.Option("-i", "--input", metavar="NAME=VALUE", help="An input.")
    ] = None,
    inputs_file: Annotated[Path | None, typer.Option(help="A YAML or JSON file with inputs.")] = None,
    json: JsonOption = False,
    variables: VarOption = None,
) -> None:
    """Show what a run would do: inputs, steps, conditions. Nothing is run or stored."""
    from wfe_yaml.cli.planning import plan_file

    finish(
        lambda: plan_file(file, workflow, inputs or (), inputs_file, variables=variables or (), as_json=json)
    )


@app.command(
    rich_help_panel=WRITE,
    epilog=examples(
        "wfe graph ci.yaml", "wfe graph ci.yaml --format mermaid", "wfe graph ci-3f2a --format dot"
    ),
)
def graph(
    source: Annotated[str, typer.Argument(metavar="FILE|RUN", help="A workflow file, or a run.")],
    workflow: _WorkflowArgument = None,
    form: Annotated[GraphFormat, typer.Option("--format", help="How it is written.")] = GraphFormat.ASCII,
    variables: VarOption = None,
    store: StoreOption = None,
) -> None:
    """Draw a workflow, or a run with the states of its steps."""
    from wfe_yaml.cli.graphing import draw
    from wfe_yaml.cli.inputs import given_variables

    finish(draw(source, workflow, store, form.value, given_variables(variables or ())))


@app.command(rich_help_panel=WRITE, epilog=examples("wfe steps", "wfe steps shell --json"))
def steps(
    type_: Annotated[str | None, typer.Argument(metavar="TYPE", help="Only this type.")] = None,
    json: JsonOption = False,
) -> None:
    """Show the types of steps and what their config takes."""
    from wfe_yaml.cli.types import show_types

    finish(lambda: show_types(type_, as_json=json))


@app.command(rich_help_panel=WRITE, epilog=examples("wfe schema > wfe.schema.json", "wfe schema step.retry"))
def schema(
    key: Annotated[
        str | None, typer.Argument(help="A key, as `retry` or `step.retry`; the whole file by default.")
    ] = None,
) -> None:
    """Print the JSON Schema of workflow files, for editors."""
    from wfe_yaml.cli.schemas import print_schema

    finish(lambda: print_schema(key))
