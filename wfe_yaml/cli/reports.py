"""Reports for other programs: JUnit XML, annotations and the summary of a GitHub job."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from xml.etree import ElementTree as ET

from wfe_core.models import WorkflowStatus
from wfe_yaml.cli.exits import CommandError
from wfe_yaml.cli.marks import MARKS, word
from wfe_yaml.cli.words import clean, duration, plain
from wfe_yaml.source.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as MappingABC

    from wfe_core.models import WorkflowInstance
    from wfe_yaml.cli.steps import StepView
    from wfe_yaml.cli.stores import Store
    from wfe_yaml.cli.view import RunView
    from wfe_yaml.loader import CompiledWorkflow
    from wfe_yaml.source.nodes import Node
    from wfe_yaml.source.text import Location

_FAILED = frozenset({"failed"})
_NOT_RUN = frozenset({"skipped", "pending", "cancelled"})
_SUMMARY_BYTES = 900 << 10
"""GitHub refuses the summary of a step that is larger than 1 MiB."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A run that has ended, or is left, and what is known of it."""

    run: WorkflowInstance
    view: RunView
    compiled: CompiledWorkflow
    store: Store

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        run = self.run
        if run.ended_at is None or run.created_at is None:
            return None
        return (run.ended_at - run.created_at).total_seconds()

    def location(self, step: StepView) -> Location | None:
        """Give the place of a step in its file, as near as it can be told."""
        model = self.compiled.models.get(step.workflow)
        return None if model is None else find_step(model.node, step.key)


def find_step(workflow: Node, key: str) -> Location | None:
    """Find the step with a key in a workflow of a file; parts that are no names of steps are passed over."""
    place: Node = workflow
    found: Node | None = None
    for name in key.split("/"):
        step = next((each for each in _steps_in(place) if _name(each) == name), None)
        if step is not None:
            place = found = step
    return None if found is None else found.location


def _steps_in(node: Node) -> Iterator[Mapping]:
    """Give the mappings with a name that are inside of a node and not inside of another one of these."""
    values = (
        [entry.value for entry in node.entries.values()]
        if isinstance(node, Mapping)
        else node.items
        if isinstance(node, Sequence)
        else ()
    )
    for value in values:
        if isinstance(value, Mapping) and _name(value) is not None:
            yield value
        else:
            yield from _steps_in(value)


def _name(node: Mapping) -> str | None:
    name = node.get("name")
    return name.text if isinstance(name, Scalar) else None


def write_reports(ending: Ending, junit: Path | None, environ: MappingABC[str, str], out: TextIO) -> None:
    """Write what was asked for, and what the CI system takes.

    Raises:
        CommandError: the file cannot be written.
    """
    if junit is not None:
        try:
            junit.parent.mkdir(parents=True, exist_ok=True)
            junit.write_bytes(junit_report(ending))
        except OSError as exc:
            raise CommandError(f"--junit {junit}: {exc.strerror}") from exc
    if environ.get("GITHUB_ACTIONS", "").casefold() == "true":
        out.writelines(f"{line}\n" for line in github_annotations(ending))
        summary = environ.get("GITHUB_STEP_SUMMARY")
        if summary:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(github_summary(ending))


# ---------------------------------------------------------------- GitHub


def github_annotations(ending: Ending) -> list[str]:
    """Give a workflow command for each failed step, which GitHub shows at its line in the file."""
    lines: list[str] = []
    for step in ending.view.leaves():
        if step.state != "failed":
            continue
        place = ending.location(step)
        at = f"file={_property(_relative(place.file))},line={place.line}," if place is not None else ""
        level = "warning" if step.continued else "error"
        message = step.error or "failed"
        lines.append(f"::{level} {at}title={_property(f'step {step.label}')}::{_data(message)}")
    whole = _failure_of_the_whole(ending)
    if whole is not None:
        lines.append(f"::error::{_data(f'{ending.run.id} failed: {whole}')}")
    return lines


def _relative(file: str) -> str:
    """GitHub wants paths from the root of the checkout, where jobs run by default."""
    path = Path(file)
    return (
        str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else file
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def github_summary(ending: Ending) -> str:
    """Give the summary of a job, in Markdown: a table of the steps, and the end of what failed."""
    run, view = ending.run, ending.view
    lines = [
        f"### {view.workflow}: {run.status}",
        "",
        f"Run `{run.id}`, {duration(ending.seconds) or 'not ended'}.",
    ]
    lines += ["", "| | step | state | time |", "|---|---|---|---|"]
    for step in view.leaves():
        sign = MARKS.get(step.state, ("?", ""))[0]
        lines.append(f"| {sign} | {_cell(step.label)} | {word(step.state)} | {duration(step.seconds)} |")
    whole = _failure_of_the_whole(ending)
    if whole is not None:
        lines += ["", f"**{_cell(run.id)}**: {_cell(whole)}"]
    for step in view.failed():
        lines += ["", f"**{_cell(step.label)}**: {_cell(step.error or 'failed')}"]
        if step.tail:
            # Indented, so that nothing in the output can end the block.
            lines += ["", *(f"    {plain(clean(line))}" for line in step.tail)]
    text = "\n".join([*lines, ""]) + "\n"
    if len(text.encode()) <= _SUMMARY_BYTES:
        return text
    kept = text.encode()[:_SUMMARY_BYTES].rpartition(b"\n")[0].decode()
    return f"{kept}\n\nThe rest is not shown here: `wfe show {run.id}` and `wfe logs {run.id}` have it.\n\n"


def _failure_of_the_whole(ending: Ending) -> str | None:
    """Give the error of a run that failed without any of its steps: it took too long, for example."""
    run = ending.run
    if run.status is not WorkflowStatus.FAILED or run.error is None or ending.view.failed():
        return None
    return run.error.message


def _cell(text: str) -> str:
    return (
        plain(clean(text.replace("\n", " "))).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    )


# ---------------------------------------------------------------- JUnit


def junit_report(ending: Ending) -> bytes:
    """Give a JUnit report with one test case for each step.

    A run that failed without any of its steps has one more, for itself: nothing that failed looks well.
    """
    import platform

    run, view = ending.run, ending.view
    steps = list(view.leaves())
    failed = [step for step in steps if step.state in _FAILED and not step.continued]
    skipped = [step for step in steps if step.state in _NOT_RUN]
    seconds = ending.seconds or 0.0
    whole = _failure_of_the_whole(ending)
    errors = int(whole is not None)
    counts = {
        "tests": len(steps) + errors,
        "failures": len(failed),
        "errors": errors,
        "time": f"{seconds:.3f}",
    }
    root = ET.Element("testsuites", {name: str(value) for name, value in counts.items()})
    suite = ET.SubElement(
        root,
        "testsuite",
        {
            "name": view.workflow,
            "id": "0",
            "package": view.workflow,
            "hostname": platform.node() or "localhost",
            "timestamp": run.created_at.strftime("%Y-%m-%dT%H:%M:%S")
            if run.created_at
            else "1970-01-01T00:00:00",
            "skipped": str(len(skipped)),
            **{name: str(value) for name, value in counts.items()},
        },
    )
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", {"name": "run", "value": run.id})
    for step in steps:
        _case(suite, view.workflow, step)
    if whole is not None:
        attributes = {"name": plain(run.id), "classname": view.workflow, "time": f"{seconds:.3f}"}
        case = ET.SubElement(suite, "testcase", attributes)
        ET.SubElement(case, "error", {"message": plain(whole), "type": "RunFailed"}).text = plain(whole)
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _case(suite: ET.Element, workflow: str, step: StepView) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        {"name": plain(step.label), "classname": plain(workflow), "time": f"{step.seconds or 0.0:.3f}"},
    )
    if step.state in _NOT_RUN:
        ET.SubElement(case, "skipped")
    elif step.state in _FAILED and not step.continued:
        message = plain(step.error or "failed")
        failure = ET.SubElement(case, "failure", {"message": message, "type": "StepFailed"})
        failure.text = "\n".join(plain(line) for line in step.tail) or message
