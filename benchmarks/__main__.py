"""`make bench`: every measure in a process of its own, then a table of figures, ratios and targets."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Figures, report, run

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    figure: str
    target: str
    met: bool | None = None


MEASURES = {
    "throughput": "benchmarks.chains:throughput",
    "floor": "benchmarks.chains:floor",
    "alone": "benchmarks.chains:alone",
    "full": "benchmarks.chains:full",
    "sequence": "benchmarks.growth:sequence",
    "iterations": "benchmarks.growth:iterations",
    "items": "benchmarks.growth:items",
    "sleepers": "benchmarks.growth:sleepers",
    "waking": "benchmarks.growth:waking",
    "waiters": "benchmarks.growth:waiters",
    "big_data": "benchmarks.growth:big_data",
    "restart": "benchmarks.recovery:restart",
    "startup": "benchmarks.startup:begin",
    "shell": "benchmarks.pipelines:shell",
    "deno": "benchmarks.pipelines:deno",
    "python": "benchmarks.pipelines:python",
    "docker": "benchmarks.pipelines:docker",
    "postgres_throughput": "benchmarks.postgres:throughput",
    "postgres_floor": "benchmarks.postgres:floor",
    "postgres_alone": "benchmarks.postgres:alone",
    "postgres_full": "benchmarks.postgres:full",
    "postgres_two_hosts": "benchmarks.postgres:two_hosts",
    "cluster_waking": "benchmarks.cluster:waking",
    "sizes": "benchmarks.sizes:sqlite",
    "postgres_sizes": "benchmarks.sizes:postgres",
}


def child(name: str, environment: dict[str, str] | None = None) -> Figures:
    """Run one measure in a process of its own."""
    argv = [sys.executable, "-m", "benchmarks", "--measure", name]
    done = subprocess.run(argv, cwd=HERE.parent, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        done.check_returncode()
    figures: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def slow_sync() -> dict[str, str] | None:
    """An environment in which each sync takes a millisecond more; None without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = HERE / ".scratch" / "slowsync.so"
    library.parent.mkdir(exist_ok=True)
    source = str(HERE / "slowsync.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(library), source, "-ldl"], check=True)
    return {**os.environ, "LD_PRELOAD": str(library)}


def chains(*, peers: bool) -> list[Row]:
    """500 chains of 5: wfe, the floor and DBOS, then all three with slow syncs."""
    rows: list[Row] = []
    environments: list[tuple[str, dict[str, str] | None]] = [
        ("", dict(os.environ)),
        (", +1 ms a sync", slow_sync()),
    ]
    for label, environment in environments:
        if environment is None:
            continue
        ours, floor = child("throughput", environment), child("floor", environment)
        share = ours["steps_per_s"] / floor["steps_per_s"]
        rows += [
            Row(
                f"500 chains of 5{label}",
                f"{ours['steps_per_s']:,.0f} steps/s in {ours['commits']:.0f} commits",
                "",
            ),
            Row(f"  floor: its statements replayed{label}", f"{floor['steps_per_s']:,.0f} steps/s", ""),
            Row(f"  share of the floor{label}", f"{share:.0%}", "≥ 25 %", share >= 0.25),
        ]
        if peers:
            from benchmarks.peers import with_dbos  # noqa: PLC0415 - needs the network once

            theirs = with_dbos.chains(500 if not label else 100, environment)
            ratio = ours["steps_per_s"] / theirs["steps_per_s"]
            rows += [
                Row(f"  DBOS on SQLite{label}", f"{theirs['steps_per_s']:,.0f} steps/s", ""),
                Row(f"  times DBOS{label}", f"{ratio:.0f}", "≥ 40", ratio >= 40),
            ]
    return rows


def alone() -> list[Row]:
    """One chain alone."""
    f = child("alone")
    raw = f"{f['raw_commits_per_step']:.1f} raw commits of {f['raw_commit_ms']:.3f} ms"
    text = f"{f['ms_per_step']:.2f} ms = {raw}"
    return [Row("one chain of 10 alone, per step", text, "≤ 3 raw commits", f["raw_commits_per_step"] <= 3)]


def full() -> list[Row]:
    """Chains where very many instances have finished already."""
    f = child("full")
    return [Row("after 50,000 instances / new", f"{f['ratio']:.2f}", "≥ 0.9", f["ratio"] >= 0.9)]


def flat() -> list[Row]:
    """Long sequences and loops."""
    rows: list[Row] = []
    for name, what in (("sequence", "2,000 steps"), ("iterations", "10,000 iterations")):
        f = child(name)
        text = f"{f['end_to_start']:.2f} at {f['steps_per_s']:,.0f} steps/s"
        rows.append(Row(f"{what}: last hundred / first", text, "≤ 1.2", f["end_to_start"] <= 1.2))
    return rows


def items() -> list[Row]:
    """Many items."""
    f = child("items")
    text = f"{f['steps_per_s']:,.0f} steps/s, {f['extra_mb']:+.1f} MB"
    return [Row("for_each over 10,000 items", text, "memory flat", f["extra_mb"] <= 10)]


def sleepers() -> list[Row]:
    """Many sleepers."""
    f = child("sleepers")
    text = f"{f['extra_mb']:+.1f} MB, {f['cpu_s']:.2f} s of processor in {f['rest_s']:.0f} s"
    return [
        Row(
            "10,000 sleepers, above the idle host",
            text,
            "≤ 30 MB, < 0.15 s",
            f["extra_mb"] <= 30 and f["cpu_s"] < 0.15,
        )
    ]


def waking() -> list[Row]:
    """Many sleepers that wake at once."""
    f = child("waking")
    text = f"{f['wake_s']:.2f} s, starting them {f['start_s']:.2f} s"
    return [Row("10,000 sleepers woken at once", text, "≤ starting", f["wake_to_start"] <= 1)]


def waiters() -> list[Row]:
    """Many waiters on one event."""
    f = child("waiters")
    text = f"{f['resume_s']:.2f} s, starting them {f['start_s']:.2f} s"
    return [Row("12,000 waiters on one event resumed", text, "≤ starting", f["resume_to_start"] <= 1)]


def big_data() -> list[Row]:
    """Much data beside a small key."""
    f = child("big_data")
    text = f"{f['large_ms']:.2f} ms, with 1 KB {f['small_ms']:.2f} ms: {f['ratio']:.2f}"
    return [Row("a small step beside 1 MB of data", text, "≤ 2 times", f["ratio"] <= 2)]


def restart() -> list[Row]:
    """Going on after SIGKILL."""
    f = child("restart")
    text = f"{f['first_checkpoint_s']:.2f} s to the first checkpoint, {f['all_done_s']:.2f} s to the last"
    return [Row("restart with 500 unfinished after kill -9", text, "≤ 1 s", f["first_checkpoint_s"] <= 1)]


def startup() -> list[Row]:
    """Beginning."""
    f = child("startup")
    limits = (
        ("import wfe_core", "import_ms", 150),
        ("wfe --help", "help_ms", 300),
        ("wfe validate of 2,000 steps", "validate_ms", 2000),
        ("wfe run of one step", "run_ms", 900),
    )
    bare = f["python_ms"]
    return [
        Row(what, f"{f[key]:.0f} ms (bare python {bare:.0f} ms)", f"< {limit} ms", f[key] < limit)
        for what, key, limit in limits
    ]


def shell() -> list[Row]:
    """Steps of a pipeline."""
    steps = (
        ("200 steps of `true`, per step", "shell", "bash"),
        ("40 empty deno steps, per step", "deno", "deno"),
        ("100 empty python steps, per step", "python", "python"),
    )
    return [*(_against_bare(*each) for each in steps), *containers(), *startup()]


def containers() -> list[Row]:
    """Steps in containers, where there can be a daemon."""
    from tests.services.docker import docker  # noqa: PLC0415 - only this measure needs it
    from tests.services.local import UnavailableError  # noqa: PLC0415 - as above

    try:
        # Ours while this process lives; the measure waits for all children of its own.
        os.environ["WFE_TEST_DOCKER"] = docker().host
    except UnavailableError as exc:
        print(f"no Docker: {exc}")
        return []
    f = child("docker")
    text = f"{f['step_ms']:.0f} ms ({f['step_cpu_ms']:.1f} of processor), "
    text += f"bare docker run {f['bare_ms']:.0f} ms ({f['bare_cpu_ms']:.1f})"
    return [Row("20 docker steps of `true`, per step", text, "≤ 1.2 times docker run", f["ratio"] <= 1.2)]


def _against_bare(what: str, measure: str, program: str) -> Row:
    f = child(measure)
    text = f"{f['step_ms']:.1f} ms ({f['step_cpu_ms']:.1f} of processor), "
    text += f"bare {program} {f['bare_ms']:.1f} ms ({f['bare_cpu_ms']:.1f})"
    return Row(what, text, f"≤ twice {program} + 3 ms", f["over_ms"] <= 3)


def postgres(*, peers: bool) -> list[Row]:
    """The chains on PostgreSQL: the floor, DBOS, two hosts, and a full store."""
    from benchmarks.postgres import URL, shared_server  # noqa: PLC0415 - needs the driver and a server

    shared_server()
    ours, floor = child("postgres_throughput"), child("postgres_floor")
    share = ours["steps_per_s"] / floor["steps_per_s"]
    text = f"{ours['steps_per_s']:,.0f} steps/s in {ours['commits']:.0f} commits"
    rows = [
        Row("PostgreSQL: 500 chains of 5", text, ""),
        Row("  floor: its statements replayed", f"{floor['steps_per_s']:,.0f} steps/s", ""),
        Row("  share of the floor", f"{share:.0%}", ""),
    ]
    if peers:
        from benchmarks.peers import with_dbos  # noqa: PLC0415 - needs the network once

        theirs = with_dbos.chains(500, dict(os.environ), server=os.environ[URL])
        ratio = ours["steps_per_s"] / theirs["steps_per_s"]
        rows += [
            Row("  DBOS on that server", f"{theirs['steps_per_s']:,.0f} steps/s", ""),
            Row("  times DBOS", f"{ratio:.0f}", "≥ 25", ratio >= 25),
        ]
    f = child("postgres_alone")
    text = f"{f['ms_per_step']:.2f} ms = {f['raw_commits_per_step']:.1f} raw commits"
    rows.append(Row("  one chain of 10 alone, per step", text, ""))
    f = child("postgres_two_hosts")
    text = f"{f['ratio']:.2f} times {f['one_steps_per_s']:,.0f} steps/s"
    text += f", {f['two_cpu_s']:.1f} s of processor each, alone {f['one_cpu_s']:.1f}"
    rows.append(Row("  two hosts against one", text, "≥ 0.95", f["ratio"] >= 0.95))
    rows += cluster_waking()
    f = child("postgres_full")
    rows.append(Row("  after 50,000 instances / new", f"{f['ratio']:.2f}", "≥ 0.9", f["ratio"] >= 0.9))
    return rows


def cluster_waking() -> list[Row]:
    """An event that another host publishes."""
    f = child("cluster_waking")
    return [
        Row(
            f"  an event of one host wakes a wait on another ({name})",
            f"{f[key]:.1f} ms = {f[key] / f['notify_ms']:.0f} bare NOTIFYs of {f['notify_ms']:.2f} ms",
            "< 50 ms",
            f[key] < 50,
        )
        for name, key in (("PostgreSQL", "postgres_ms"), ("Redis", "redis_ms"))
        if key in f
    ]


GROUPS: dict[str, Callable[[], list[Row]]] = {
    "alone": alone,
    "full": full,
    "flat": flat,
    "items": items,
    "sleepers": sleepers,
    "waking": waking,
    "waiters": waiters,
    "big_data": big_data,
    "restart": restart,
    "shell": shell,
}

WITH_PEERS: dict[str, Callable[..., list[Row]]] = {"chains": chains, "postgres": postgres}


def title() -> str:
    """Say what was measured on what, and how busy the machine was with other things before it began."""
    where = f"{os.cpu_count()} cores, load {os.getloadavg()[1]:.1f} before, Python {sys.version.split()[0]}"
    return f"wfe (SQLite has synchronous=FULL), {where}, {datetime.now(UTC):%Y-%m-%d}"


def save(rows: list[Row], heading: str, file: Path) -> None:
    """Write the table as Markdown."""
    lines = [f"{heading}.", "", "| measure | figure | target | |", "|---|---|---|---|"]
    for row in rows:
        mark = "" if row.met is None else "met" if row.met else "**missed**"
        indent = "&nbsp;&nbsp;" if row.what.startswith(" ") else ""
        lines.append(f"| {indent}{row.what.strip()} | {row.figure} | {row.target} | {mark} |")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def show(rows: list[Row], heading: str, console: Console) -> None:
    """Print the table."""
    table = Table(title=heading)
    for column in ("measure", "figure", "target", ""):
        table.add_column(column)
    for row in rows:
        mark = "" if row.met is None else "[green]met[/]" if row.met else "[red]missed[/]"
        table.add_row(row.what, row.figure, row.target, mark)
    console.print(table)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--measure", choices=sorted(MEASURES), help="run one measure here and print JSON")
    parser.add_argument("--only", nargs="+", choices=[*WITH_PEERS, *GROUPS], help="only these groups")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--no-peers", action="store_true", help="without DBOS")
    parser.add_argument("--save", type=Path, metavar="FILE", help="also write the table there, as Markdown")
    arguments = parser.parse_args()
    if arguments.quick:
        os.environ["WFE_BENCH_QUICK"] = "1"
    if arguments.measure:
        module, _, name = MEASURES[arguments.measure].partition(":")
        imported = __import__(module, fromlist=[name])
        report(run(getattr(imported, name)))
        return
    wanted = arguments.only or [*WITH_PEERS, *GROUPS]
    console, heading = Console(), title()
    rows: list[Row] = []
    for group in wanted:
        console.print(f"measuring {group} …", style="dim")
        peers = WITH_PEERS.get(group)
        rows += GROUPS[group]() if peers is None else peers(peers=not arguments.no_peers)
    show(rows, heading, console)
    if arguments.save is not None:
        save(rows, heading, arguments.save)


if __name__ == "__main__":
    main()
