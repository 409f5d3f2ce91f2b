"""The type `browser` in a microVM, against the test server with every fault, and a real Chromium."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.services.zypi import server as server_module
from tests.services.zypi.server import Fault, ZypiServer
from tests.waiting import PATIENCE, until
from wfe_core import WorkflowBuilder
from wfe_core.errors import OutputError, StepTimeoutError, UndecidedStepError
from wfe_host.testing.engine import WfeEngine
from wfe_yaml.executors import ProcessFailedError
from wfe_yaml.executors import browser as browser_step
from wfe_yaml.executors.browsing import keeping
from wfe_yaml.executors.browsing.devtools import BrowserError
from wfe_yaml.executors.types import browser_exchange
from wfe_yaml.executors.types.browser import BrowserExecutor, find_browser
from wfe_yaml.executors.types.browser_exchange import modules, request_of, run, take
from wfe_yaml.executors.types.zypi_exchange import Report
from wfe_yaml.testing import ExecutorConformance, RunningStep
from wfe_yaml.zypi import (
    ExecResult,
    ImageNotFoundError,
    LostAnswerError,
    RefusedError,
    UnreachableError,
    ZypiError,
)
from wfe_yaml.zypi.guest import Guest

chromium = pytest.mark.skipif(
    find_browser(os.environ.get("PATH")) is None, reason="no Chromium here: apt install chromium"
)
# The guests of the test server see this machine's programs; not every machine has a python3 of the system.
ENV = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath])}
INSIDE: dict[str, Any] = {"in": "zypi", "image": "busybox", "env": ENV}
PAGE = {"html": "<title>Here</title><p>hello<script>console.log('said')</script>"}
PICTURE = {"path": "a/b.png", "mode": "screenshot", "width": 320, "height": 200}
QUICK = {"html": "", "browser": "no-browser"}
"""A step that has failed before a browser would have started."""


def step(config: Mapping[str, Any], zypi: ZypiServer, **others: Any) -> RunningStep:
    """A step for a server."""
    return RunningStep({**INSIDE, "zypi_url": zypi.url, **config}, kind="browser", **others)


@pytest.mark.browser
@chromium
class TestLaws(ExecutorConformance):
    """A browser in a microVM keeps the laws of all types."""

    executor = BrowserExecutor
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "needs the key 'image'": {**PAGE, "in": "zypi"},
        "'network': is for a browser in a container: say `in: docker`": {
            **PAGE, **INSIDE, "network": "none",
        },
        "'vcpus': is for a browser in a microVM: say `in: zypi`": {**PAGE, "vcpus": 2},
        "'boot': is for a browser in a microVM": {**PAGE, "in": "docker", "image": "i", "boot": "1s"},
        "'working_dir' and 'in: zypi' exclude": {**PAGE, **INSIDE, "working_dir": "."},
        "needs a 'timeout', of one day": {**PAGE, **INSIDE, "timeout": "2d"},
        "is no address of Zypi": {**PAGE, **INSIDE, "zypi_url": "ftp://zypi"},
        "greater than 0": {**PAGE, **INSIDE, "vcpus": 0},
    }  # fmt: skip

    @pytest.fixture(autouse=True)
    def _addresses(self, zypi: ZypiServer, monkeypatch: pytest.MonkeyPatch) -> None:
        """The address of the server is known only when it runs."""
        usual = {**INSIDE, "zypi_url": zypi.url}
        failing = {
            "ERR_CONNECTION_REFUSED": {**usual, "url": "http://127.0.0.1:65535/"},
            "is not a valid selector": {**usual, **PAGE, "wait": {"selector": "##"}},
            "no program of these names, choose one by browser: no-browser": {**usual, **QUICK},
            "the image has no python3: a browser in a microVM needs python3 (3.8 or newer)": {
                **usual, **PAGE, "env": {"PATH": "/var/empty"},
            },
            "does not have the image 'none'": {**usual, **PAGE, "image": "none"},
            "stays below the folder": {**usual, **PAGE, "path": "$<< '/x' >>"},
        }  # fmt: skip
        monkeypatch.setattr(type(self), "good", ({**usual, **PAGE, "mode": "dom"},), raising=False)
        monkeypatch.setattr(type(self), "failing", failing)
        monkeypatch.setattr(type(self), "endless", {**usual, "html": "<script>for (;;) {}</script>"})
        words = "<p>$<< secrets.TOKEN >></p><script>console.log('$<< secrets.TOKEN >>')</script>"
        monkeypatch.setattr(type(self), "secret", {**usual, "html": words})


@pytest.mark.browser
@chromium
@pytest.mark.parametrize(
    "config",
    [
        {**PAGE, "wait": "100ms"},
        {"html": "<p>Ünïcode \U0001f600<script>console.log('\\ud800')</script>", "mode": "dom"},
        {"html": "<div style='height:900px'>", **PICTURE, "full_page": True},
        {"html": "<p>hi", "path": "hi.txt"},
    ],
    ids=["text", "dom", "picture", "file"],
)
async def test_all_is_as_on_this_machine(zypi: ZypiServer, tmp_path: Path, config: dict[str, Any]) -> None:
    """What a step gives, says and leaves is the same, wherever its browser runs."""
    told: list[tuple[dict[str, Any], str, dict[str, bytes]]] = []
    for name, where in (("here", {"sandbox": False}), ("there", {**INSIDE, "zypi_url": zypi.url})):
        root = tmp_path / name
        root.mkdir()
        made = RunningStep({**config, **where}, kind="browser", root=root)
        outputs = await made.run()
        files = {str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()}
        told.append((outputs, made.lines.text("stdout").replace(str(root), ""), files))
    assert told[0] == told[1]


@pytest.mark.browser
@chromium
async def test_it_is_a_body_of_the_builder(wfe: WfeEngine, zypi: ZypiServer) -> None:
    """Outputs are merged into the data; `.input` gives keys of the config."""
    body = browser_step(in_="zypi", image="busybox", zypi_url=zypi.url, env=ENV, html="")
    flow = WorkflowBuilder("w").then(body).input(html=lambda data: f"<p>{data['name']}").build()
    wfe.register(flow)
    found = await wfe.result(await wfe.start(flow, {"name": "ann"}))
    assert (found["text"], found["status"]) == ("ann", None)


async def test_a_step_sends_what_the_file_says(zypi: ZypiServer) -> None:
    """The size of the microVM, its time and its variables; memory that is enough unless the step says so."""
    config = {**QUICK, "timeout": "1500ms", "env": {**ENV, "A": "1"}}
    for more, memory in (({}, 1024), ({"memory": "2g", "vcpus": 2}, 2048)):
        made = step({**config, **more}, zypi)
        with pytest.raises(ProcessFailedError):
            await made.run()
        told = zypi.requests[-1]
        assert (told["image"], told["timeout"], told["memory_mb"]) == ("busybox", 2, memory)
        assert told.get("vcpus") == more.get("vcpus")
        assert (told["env"]["A"], told["env"]["WFE_ATTEMPT"]) == ("1", "1")
        assert "HOME" not in told["env"]
    assert not any("site-packages" in text for text in told["files"].values())


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.EMPTY_500, r"Zypi failed \(500\), without a word"),
        (Fault.TEXT_500, "Internal Server Error"),
        (Fault.CUT_JSON, "cut or damaged"),
        (Fault.CUT_BODY, "connection was lost"),
        (Fault.DEATH, "connection was lost"),
    ],
)
async def test_a_lost_answer_follows_the_step(zypi: ZypiServer, fault: Fault, words: str) -> None:
    """It may have browsed: a step that may run twice can be tried again, another one waits for a decision."""
    zypi.fault = fault
    with pytest.raises(LostAnswerError, match=words) as caught:
        await step(QUICK, zypi).run()
    assert caught.value.retryable
    with pytest.raises(UndecidedStepError, match=f"{words}.*somebody must decide: wfe retry"):
        await step(QUICK, zypi, keys={"idempotent": False}).run()


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_FLAG, Fault.TIMEOUT_ERROR, Fault.TIMEOUT_CODE])
async def test_each_shape_of_a_timeout_is_one(zypi: ZypiServer, fault: Fault) -> None:
    """As on this machine, a step that took too long can be tried again if its policy says so."""
    zypi.fault = fault
    for on, again in ((["timeout"], True), ([1], False)):
        made = step(QUICK, zypi, keys={"retry": {"max_attempts": 2, "on": on}})
        with pytest.raises(StepTimeoutError, match="stopped after its timeout of 30 s") as caught:
            await made.run()
        assert caught.value.retryable is again


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.TRICKLE])
async def test_zypi_that_hangs_is_not_waited_for(zypi: ZypiServer, fault: Fault) -> None:
    """The time for the start of the microVM comes on top of the timeout, and no more."""
    zypi.fault = fault
    with pytest.raises(LostAnswerError, match=r"no answer within 1\.2 s"):
        await step({**QUICK, "timeout": "1s", "boot": "200ms"}, zypi).run()
    await zypi.rest()


async def test_a_slow_boot_is_no_timeout(zypi: ZypiServer) -> None:
    """What the microVM takes to start is not the page's."""
    zypi.fault = Fault.SLOW_BOOT
    running = asyncio.create_task(step({**QUICK, "timeout": "1s"}, zypi).run())
    await until(lambda: zypi.requests)
    zypi.booted.set()
    with pytest.raises(ProcessFailedError, match="no program of these names"):
        await running


async def test_what_has_not_run_is_never_undecided(zypi: ZypiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy of a guest and a missing image refuse again; nobody there can be tried again."""
    keys = {"idempotent": False}
    with pytest.raises(ImageNotFoundError) as missing:
        await step({**QUICK, "image": "none"}, zypi, keys=keys).run()
    monkeypatch.setattr(server_module, "_SAFE_COMMANDS", ())
    with pytest.raises(RefusedError, match="policy of Zypi's guest forbids it") as refused:
        await step(QUICK, zypi, keys=keys).run()
    assert not missing.value.retryable
    assert not refused.value.retryable
    await zypi.stop()
    with pytest.raises(
        UnreachableError, match="start it, or say in the step or in WFE_ZYPI_URL where it is"
    ) as caught:
        await step(QUICK, zypi, keys=keys).run()
    assert caught.value.retryable
    assert zypi.begun == 0


# ---------------------------------------------------------------- what comes back


def told_of(zypi: ZypiServer, **wanted: Any) -> dict[str, Any]:
    """What the process of a step reads."""
    page = {"programs": ["no-browser"], "browser": None, "path": None, "carried": True}
    size = {"width": 320, "height": 200, "sandbox": False}
    return {
        "url": zypi.url,
        "boot": 45,
        "image": "busybox",
        "env": ENV,
        "timeout": 60,
        "memory_mb": 1024,
        "vcpus": None,
        "wanted": {**page, **size, **wanted},
    }


async def test_the_exchange_says_what_became_of_it(zypi: ZypiServer, tmp_path: Path) -> None:
    """In files that its supervisor reads, and by its exit code: the browser's trouble, and that of Zypi."""
    report = Report(str(tmp_path / "output"), str(tmp_path / "error"))
    assert await run(told_of(zypi), report) == 127
    said = json.loads((tmp_path / "error").read_text())
    assert (said["kind"], "no program of these names" in said["message"]) == ("", True)
    zypi.fault = Fault.TIMEOUT_FLAG
    assert await run(told_of(zypi), report) == 1
    assert json.loads((tmp_path / "error").read_text())["kind"] == "SandboxTimeoutError"


async def test_a_python_that_is_too_old_is_told(
    zypi: ZypiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which one is in the image, and which one is needed."""
    monkeypatch.setattr(browser_exchange, "OLDEST", (99, 1))
    report = Report(str(tmp_path / "output"), str(tmp_path / "error"))
    assert await run(told_of(zypi), report) == 1
    message = json.loads((tmp_path / "error").read_text())["message"]
    assert "has ended in the microVM: it is python3 3." in message
    assert "needs python3 (99.1 or newer)" in message


def test_an_answer_without_its_end_is_no_success(zypi: ZypiServer, tmp_path: Path) -> None:
    """Outputs or a file that got lost, or are damaged, fail the step, and no file is left half written."""
    guest = Guest("w" * 32)
    told = told_of(zypi, path=str(tmp_path / "b.png"), mode="screenshot")
    output, taken = guest.path("output"), guest.path("taken")
    for files, words in (
        ({}, "the end of the answer of Zypi is missing"),
        ({output: "{}\n"}, "the end of the answer of Zypi is missing"),
        ({output: "{}\n", taken: "no base64"}, "was damaged on its way"),
    ):
        with pytest.raises(ZypiError, match=words) as caught:
            take(told, guest, ExecResult(exit_code=0, files=files))
        assert not caught.value.retryable
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BrowserError, match="has ended in the microVM: no room;"):
        take(told, guest, ExecResult(exit_code=1, stderr="no room\n\n"))
    whole = {output: "{}\n", taken: base64.b64encode(b"png").decode()}
    assert take(told, guest, ExecResult(exit_code=0, files=whole)) == "{}\n"
    assert (tmp_path / "b.png").read_bytes() == b"png"
    told["wanted"]["path"] = str(tmp_path / "b.png" / "c")
    with pytest.raises(BrowserError, match="cannot be written"):
        take(told, guest, ExecResult(exit_code=0, files=whole))


def test_what_leaves_a_microvm_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that would not fit into an answer is refused where it was taken, with the sizes."""
    monkeypatch.setattr(keeping, "CARRIED", 1000)
    keeping.carry(str(tmp_path / "a"), b"x" * 1000)
    assert base64.b64decode((tmp_path / "a").read_bytes()) == b"x" * 1000
    with pytest.raises(BrowserError, match="has 1,001 bytes, and no more than 1,000 come out"):
        keeping.carry(str(tmp_path / "b"), b"x" * 1001)
    assert not (tmp_path / "b").exists()


@pytest.mark.browser
@chromium
async def test_a_text_that_is_too_large_is_no_output(zypi: ZypiServer) -> None:
    """The bound of outputs is that of all steps."""
    with pytest.raises(OutputError, match="more than 1 MiB of outputs"):
        await step({"html": "<p id=p><script>p.textContent = 'x'.repeat(1 << 21)</script>"}, zypi).run()


# ---------------------------------------------------------------- the program in the guest


def pythons() -> list[str]:
    """The interpreters of this machine that are new enough; that of the tests is one of them."""
    names = [f"python3.{minor}" for minor in range(browser_exchange.OLDEST[1], 20)]
    found = [path for name in names if (path := shutil.which(name)) is not None]
    said = {each: subprocess.run([each, "-V"], capture_output=True, check=False) for each in found}
    return [sys.executable, *(each for each in found if said[each].returncode == 0)]


def test_any_python_of_an_image_runs_the_program(tmp_path: Path, zypi: ZypiServer) -> None:
    """All modules that are sent are imported by it, without any package, and do their work."""
    guest = Guest()
    there = guest.path("").rstrip("/")
    request = request_of(told_of(zypi), guest)
    for python in pythons():
        folder = tmp_path / Path(python).name
        for path, text in request.files.items():
            place = folder / Path(path).relative_to(there)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        words = [word.replace(there, str(folder)) for word in request.command]
        given = (folder / "stdin").read_bytes()
        done = subprocess.run(
            [python, *words[words.index("python3") + 1 :]],
            input=given,
            cwd=folder,
            timeout=PATIENCE,
            check=False,
            capture_output=True,
        )
        assert (done.returncode, done.stderr) == (127, b""), python
        assert "no program of these names" in json.loads((folder / "error").read_text())["message"]


def test_the_program_is_that_of_all_places() -> None:
    """No copy of it is sent, but its modules, which need nothing else of wfe."""
    texts = modules()
    assert {"main", "page", "devtools", "keeping"} < {Path(each).stem for each in texts}
    for text in texts.values():
        named = [line.split()[1] for line in text.splitlines() if line.startswith(("from wfe", "import wfe"))]
        assert all(f"{each.replace('.', '/')}.py" in texts for each in named)
