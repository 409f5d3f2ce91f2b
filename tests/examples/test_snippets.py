"""The YAML of the pages is valid, and what is said to come out of it does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from wfe_host import WorkflowHost
from wfe_yaml import load_workflow_from_str
from wfe_yaml.loader import local_tools

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
FILES = {"shared/templates.yaml": "templates: {linter: {run: make lint}}\n"}
"""What the pages include."""
WRONG = "{name: build, rnu: make}"
"""Stands in the file whose errors docs/screens.md shows."""
OWN = "type: shout"
"""Is the type of a package that docs/step-type-package.md makes, which has a test of its own."""
SNIPPET = re.compile(
    r"```yaml\n((?:#[^\n]*\n|[a-z]+:[^\n]*\n)*workflows?:\n.*?)```(?:\n\n```json\n(.*?)```)?", re.DOTALL
)


def _snippets(page: Path) -> list[tuple[str, str]]:
    """Give the workflow files of a page, each with the outputs that are said to come of it."""
    return [(found[1], found[2] or "") for found in SNIPPET.finditer(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", [page for page in PAGES if _snippets(page)], ids=lambda page: page.stem)
def test_the_workflow_files_of_a_page_are_valid(page: Path) -> None:
    """Each whole file of a page is accepted as it stands."""
    for text, _ in _snippets(page):
        if WRONG not in text and OWN not in text:
            load_workflow_from_str(text, files=FILES)


RUN = [(page, *each) for page in PAGES for each in _snippets(page) if each[1]]


@pytest.mark.parametrize(("page", "text", "outputs"), RUN, ids=lambda value: getattr(value, "stem", ""))
async def test_a_file_gives_what_the_page_says(page: Path, text: str, outputs: str, tmp_path: Path) -> None:
    """The outputs of a run are those that stand below the file."""
    loaded = load_workflow_from_str(text, name=page.name, tools=local_tools(artifacts=tmp_path / "kept"))
    async with WorkflowHost.connect("memory://") as host:
        host.register(*loaded.definitions)
        handle = await host.start(loaded.definition, loaded.start_data(root=tmp_path))
        assert (await handle.result())["outputs"] == json.loads(outputs)


LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", [*sorted(ROOT.glob("*.md")), *PAGES[1:]], ids=lambda page: page.stem)
def test_no_link_to_a_file_is_dead(page: Path) -> None:
    """What a page links to in this repository is there."""
    named = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in named if not (page.parent / link).exists()] == []


def test_pages_have_snippets() -> None:
    """The search above finds what it is for."""
    assert len(RUN) >= 3
    assert {"pipelines", "files-and-failures"} <= {page.stem for page in PAGES if _snippets(page)}
