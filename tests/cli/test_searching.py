from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Project
from tests.services.opensearch.node import opensearch_or_skip

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(300)]


@pytest.fixture
def index() -> Iterator[str]:
    """The URL of an index of the test's own, which alone answers."""
    server, prefix = opensearch_or_skip(), f"t{secrets.token_hex(8)}"
    yield server.url(prefix, fallback="none", replicas="0")
    server.forget(prefix)


def test_runs_are_found_in_another_index(project: Project, index: str) -> None:
    """`--search` and WFE_SEARCH name it; `wfe reindex` builds it anew; secrets are not in it."""
    project.steps(
        '{name: greet, secrets: [TOKEN], run: \'echo "greeting=Hello $<< inputs.who >>" >> "$WFE_OUTPUT"; '
        'echo "$TOKEN"\', outputs: {greeting: string}}',
        head="  inputs: {who: {type: string, default: Wörld}}\n  secrets: [TOKEN]\n",
    )
    ran = project.wfe("run", "w.yaml", "--id", "first", TOKEN="hunter2hunter2", WFE_SEARCH=index)
    assert ran.returncode == 0, ran.stderr
    found = project.wfe("search", "WÖRLD hel*", "--search", index)
    assert "first" in found.stdout, found.stderr
    built = project.wfe("reindex", "--search", index)
    assert (built.returncode, built.stdout) == (0, "1 run indexed, sub-workflows included\n"), built.stderr
    assert "first" in project.wfe("search", "wörld", WFE_SEARCH=index).stdout
    for words in ("hunter2hunter2", "hunter2*", "TOKEN"):
        assert f"no run has '{words}' in it" in project.wfe("search", words, "--search", index).stdout


def test_an_index_that_cannot_be_reached_is_an_error_without_the_password(project: Project) -> None:
    """Where nothing else may answer; else the store's own search does."""
    project.steps("{name: a, run: 'true'}")
    assert project.wfe("run", "w.yaml", "--id", "first").returncode == 0
    url = "opensearch+http://user:hunter2@127.0.0.1:9"
    failed = project.wfe("search", "first", "--search", f"{url}?fallback=none")
    assert failed.returncode != 0
    assert "opensearch+http://127.0.0.1:9 cannot be reached: does OpenSearch run" in failed.stderr
    other = project.wfe("search", "first", "--search", url)
    assert "first" in other.stdout
    assert "the store's own search answers" in other.stderr
    assert "hunter2" not in failed.stderr + other.stderr
