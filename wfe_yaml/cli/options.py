"""What the commands share: options, sections of the help, and how a command ends."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TextIO

import typer
from typer.core import TyperGroup

from wfe_yaml.cli.completing import complete_approval, complete_run
from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

RUN = "Run"
LOOK = "Look"
STEER = "Steer"
WRITE = "Write"
KEEP = "Keep"
_SECTIONS = {
    RUN: "Run",
    LOOK: "Look at runs",
    STEER: "Steer runs",
    WRITE: "Write workflow files",
    KEEP: "Keep the store",
}


class ProgressMode(StrEnum):
    """How a run is shown."""

    AUTO = "auto"
    TTY = "tty"
    PLAIN = "plain"
    GROUP = "group"
    JSON = "json"
    QUIET = "quiet"


StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="WFE_STORE",
        help="Where runs are kept: a URL or a file.",
        show_default=".wfe/wfe.db",
    ),
]
_BESIDE = "Another provider than the store's own"
LocksOption = Annotated[
    str | None,
    typer.Option("--locks", envvar="WFE_LOCKS", metavar="URL", help=f"{_BESIDE} for who lives."),
]
QueueOption = Annotated[
    str | None,
    typer.Option("--queue", envvar="WFE_QUEUE", metavar="URL", help=f"{_BESIDE} for wake-up hints."),
]
SearchOption = Annotated[
    str | None, typer.Option("--search", envvar="WFE_SEARCH", metavar="URL", help=f"{_BESIDE} for search.")
]
HubOption = Annotated[
    str | None,
    typer.Option("--hub", envvar="WFE_HUB", metavar="URL", help=f"{_BESIDE} for lifecycle events."),
]
ProgressOption = Annotated[ProgressMode, typer.Option("--progress", help="How the run is shown.")]
JobsOption = Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Steps that run at once.")]
JunitOption = Annotated[
    Path | None,
    typer.Option("--junit", metavar="FILE", help="Write a JUnit report, a test case for each step."),
]
VarOption = Annotated[
    list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="A value for a variable of the file.")
]
SecretsOption = Annotated[
    list[Path] | None,
    typer.Option("--secret-file", metavar="FILE", help="Secrets: lines NAME=value, or a YAML mapping."),
]
WaitOption = Annotated[
    bool,
    typer.Option(
        "--wait", help="Stay while the run waits for an event, an approval or a decision, instead of exit 4."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Give JSON.")]
_RUN_HELP = "The run, or the beginning of its name."
RunArgument = Annotated[str, typer.Argument(help=_RUN_HELP, autocompletion=complete_run)]
NewestRunArgument = Annotated[
    str | None,
    typer.Argument(help=f"{_RUN_HELP} The newest one by default.", autocompletion=complete_run),
]
ApprovalArgument = Annotated[
    str,
    typer.Argument(
        help="The step that waits, as `wfe explain` names it; in a sub-workflow  outer/inner.",
        autocompletion=complete_approval,
    ),
]


class Sectioned(TyperGroup):
    """A group whose help lists the commands by what they are for."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a section for each purpose; the order is that of the table above."""
        listed = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        shown = [(name, command) for name, command in listed if command is not None and not command.hidden]
        width = max((len(name) for name, _ in shown), default=0)
        for key, title in _SECTIONS.items():
            rows = [
                (name.ljust(width), command.get_short_help_str(formatter.width - width - 6))
                for name, command in shown
                if getattr(command, "rich_help_panel", None) == key
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def examples(*lines: str) -> str:
    """Make the epilog of a command: each example on a line of its own."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def finish(work: Callable[[], int] | Coroutine[Any, Any, int]) -> NoReturn:
    """Do the work of a command and leave with its exit code."""
    import asyncio
    import sys

    try:
        code = work() if callable(work) else asyncio.run(work)
        # Whoever reads along may be gone: better known here than when Python ends.
        sys.stdout.flush()
    except BrokenPipeError:
        # The framework would make an ordinary failure of it.
        forget_output(sys.stdout)
        code = Exit.PIPE
    raise typer.Exit(int(code))


def forget_output(stream: TextIO) -> None:
    """Nobody reads what is still to be written: Python must not complain of it when it ends."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
