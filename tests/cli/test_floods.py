"""Steps that write far more than anybody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Project

PEAK = "for pid in $(cat pid) $PPID; do grep VmHWM /proc/$pid/status >> log; done"
"""Notes the most memory that the runner, and the supervisor, which starts the steps, had until now."""
FLOODS = {
    "one line": "head -c 200M /dev/zero | tr '\\0' y",
    "many lines": "yes | head -c 200M || true",
}


@pytest.mark.slow
@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_memory_stays_flat_and_the_log_bounded(project: Project, flood: str) -> None:
    """200 MB of output cost neither runner nor supervisor such memory; 100 MiB and a note are kept."""
    file = project.steps(
        f'{{name: before, run: "until test -s pid; do sleep 0.02; done; {PEAK}"}}',
        f"name: flood\n      run: |\n        {flood}",
        f'{{name: after, run: "{PEAK}"}}',
    )
    out = project.folder / "out"
    with out.open("wb") as sink:
        runner = project.start("run", file, "--id", "r", "--progress", "plain", stdout=sink)
        (project.folder / "pid").write_text(str(runner.pid), "utf-8")
        assert runner.wait() == Exit.COMPLETE
    peaks = [int(line.split()[1]) // 1024 for line in project.log()]
    runner_grew, supervisor_grew = peaks[2] - peaks[0], peaks[3] - peaks[1]
    assert runner_grew < 96
    assert supervisor_grew < 32
    shown, stored = out.stat().st_size, (project.folder / ".wfe" / "wfe.db").stat().st_size
    assert shown < 130 << 20
    assert stored < 130 << 20
    with out.open("rb") as lines:
        notes = [line for line in lines if b"of output left out here" in line]
    assert len(notes) == 1
    assert notes[0].startswith(b"flood | [wfe: ")
