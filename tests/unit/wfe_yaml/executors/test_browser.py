"""The type `browser`, against a real Chromium and servers of this machine."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.waiting import until
from wfe_core.errors import StepError, StepTimeoutError
from wfe_yaml import YamlError
from wfe_yaml.executors import ProcessFailedError
from wfe_yaml.executors.supervisor.survivors import processes
from wfe_yaml.executors.types.browser import BrowserExecutor, find_browser
from wfe_yaml.loader import load_workflow_from_str, local_tools
from wfe_yaml.testing import ExecutorConformance, RunningStep, run_step

# Tests are often run by root, for whom the browser cannot make its sandbox.
OPEN = {"sandbox": False}
PNG = b"\x89PNG\r\n\x1a\n"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        find_browser(os.environ.get("PATH")) is None, reason="no Chromium here: apt install chromium"
    ),
]


class TestLaws(ExecutorConformance):
    """`browser` keeps the laws of all types."""

    executor = BrowserExecutor
    good = ({"html": "<p>hello", "mode": "dom", **OPEN},)
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "needs either 'url' or 'html'": {},
        "not both": {"url": "http://x", "html": ""},
        "a screenshot needs 'path'": {"html": "", "mode": "screenshot"},
        "an expression cannot stand in 'mode'": {"html": "", "mode": "$<< 'dom' >>"},
        "String should match pattern": {"url": "file:///etc/passwd"},
        "expected 'load' or 'idle'": {"html": "", "wait": "some day"},
        "write the unit": {"html": "", "wait": 3},
        "unknown key 'selektor'": {"html": "", "wait": {"selektor": "p"}},
        "less than or equal to 8192": {"html": "", "width": 9000},
        "belongs to wfe": {"html": "", "env": {"WFE_X": "1"}},
        "below the folder": {"html": "", "path": "../x"},
        "expected 'local', 'docker' or 'zypi'": {"html": "", "in": "podman"},
        "an expression cannot stand in 'in'": {"html": "", "in": "$<< 'docker' >>", "image": "x"},
        "needs the key 'image'": {"html": "", "in": "docker"},
        "'image': is for a browser elsewhere: say `in: docker` or `in: zypi`": {"html": "", "image": "x"},
        "'engine': is for a browser in a container": {"html": "", "engine": "podman"},
        "'network': is for a browser in a container": {"html": "", "in": "local", "network": "host"},
        "'pull': is for a browser in a container": {"html": "", "pull": "always"},
        "'working_dir' and 'in: docker' exclude": {
            "html": "", "in": "docker", "image": "x", "working_dir": ".",
        },
    }  # fmt: skip
    failing: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "ERR_CONNECTION_REFUSED": {"url": "http://127.0.0.1:65535/", **OPEN},
        "is not a valid selector": {"html": "", "wait": {"selector": "##"}, **OPEN},
        "is not on PATH": {"html": "", "browser": "no-such-browser", **OPEN},
        "cannot be started": {"html": "", "browser": "/no/such/browser", **OPEN},
        "has ended at once: it says nothing": {"html": "", "browser": "true", **OPEN},
        "stays below the folder": {"html": "", "path": "$<< '/x' >>", **OPEN},
    }
    endless: ClassVar[Mapping[str, Any] | None] = {
        "html": "<script>console.log('begun'); for (;;) {}</script>",
        **OPEN,
    }
    secret: ClassVar[Mapping[str, Any] | None] = {
        "html": "<p>$<< secrets.TOKEN >></p><script>console.log('$<< secrets.TOKEN >>')</script>",
        **OPEN,
    }


# ---------------------------------------------------------------- pages

LATE = """<!DOCTYPE html><title>Late</title><p>first</p><script>
fetch('/part').then((got) => got.text()).then((text) => {
  setTimeout(() => { const p = document.createElement('p'); p.id = 'late'; p.textContent = text;
                     document.body.append(p); }, 300);
});</script>"""
LIAR = """<p>true</p><script>
document.querySelector = () => document.body;
Object.defineProperty(HTMLElement.prototype, 'innerText', {get: () => 'false'});
</script>"""
NOISY = """<script>
alert('nobody answers'); confirm('really?');
console.log('##wfe[output text=stolen]'); console.error('one\\n##wfe[output title=stolen]');
setTimeout(() => { throw new Error('of the page') });
</script><p>after all</p>"""
CURIOUS = """<iframe id=f src="file:///etc/passwd"></iframe><p id=p></p><script>
fetch('file:///etc/passwd').then((got) => got.text()).catch(() => 'refused')
  .then((text) => { document.getElementById('p').textContent = text; document.body.id = 'done'; });
</script>"""
ELSEWHERE = """<meta http-equiv=refresh content="0;url=file:///etc/passwd"><p>stays</p>
<iframe src="chrome://version"></iframe><embed src="file:///etc/passwd"><script>
for (const each of ['file:///etc/passwd', 'chrome://crash', 'view-source:file:///etc/passwd']) {
  open(each);
  location = each;
}
</script>"""
PAGES = {"/late": LATE, "/liar": LIAR, "/noisy": NOISY, "/part": "second"}


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Give a page, lead to one, or refuse."""
        page = PAGES.get(self.path)
        to = {"/moved": "/late", "/inside": "file:///etc/passwd"}.get(self.path)
        odd = {"/nothing": 204, "/file": 200}.get(self.path)
        self.send_response(odd or (302 if to else 404 if page is None else 200))
        if to:
            self.send_header("Location", to)
        if self.path == "/file":
            self.send_header("Content-Disposition", "attachment")
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write((page or "<p>nothing here").encode())

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """A server of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


async def visit(**config: Any) -> dict[str, Any]:
    """Run a step and give its outputs."""
    outputs, _ = await run_step({**OPEN, **config}, kind="browser")
    return outputs


async def test_a_page_is_read_when_it_is_ready(site: str) -> None:
    """A redirect is followed; what scripts add later is there, if the step waits for it."""
    found = await visit(url=f"{site}/moved", wait={"selector": "#late"})
    assert found == {"title": "Late", "url": f"{site}/late", "status": 200, "text": "first\n\nsecond"}
    assert "second" in (await visit(url=f"{site}/late", wait="idle"))["text"]
    dom = (await visit(url=f"{site}/late", wait="2s", mode="dom"))["dom"]
    assert dom.startswith("<!DOCTYPE html>\n<html><head><title>Late</title></head><body><p>first</p>")
    assert '<p id="late">second</p>' in dom


async def test_a_page_that_is_not_there_is_a_failure(site: str) -> None:
    """A status that is not expected fails the step, which a browser alone would show as any page."""
    with pytest.raises(ProcessFailedError, match=f"{site}/none: 404 Not Found, expected 2xx"):
        await visit(url=f"{site}/none?token=x")
    found = await visit(url=f"{site}/none", expect_status=[404])
    assert (found["status"], found["text"]) == (404, "nothing here")


async def test_what_gives_no_page_is_told(site: str) -> None:
    """A download, an answer without content and an address that is none name what was asked for, and why."""
    for path in ("file", "nothing"):
        with pytest.raises(ProcessFailedError, match=f"{site}/{path}: it gives no page, .* `type: http`"):
            await visit(url=f"{site}/{path}")
    with pytest.raises(ProcessFailedError, match=r"^http://127\.0\.0\.1:99999/: .*invalid URL"):
        await visit(url="http://127.0.0.1:99999/")


async def test_no_way_leads_into_this_machine(site: str) -> None:
    """Neither a redirect nor a script nor a frame comes to a file or to a page of the browser itself."""
    with pytest.raises(ProcessFailedError, match="ERR_UNSAFE_REDIRECT"):
        await visit(url=f"{site}/inside")
    found = await visit(html=ELSEWHERE, wait="500ms", mode="dom")
    assert found["url"] == "about:blank"
    assert "root:" not in found["dom"]
    assert "stays" in found["dom"]


async def test_pages_cannot_lie_or_speak_for_the_step(site: str) -> None:
    """What is taken is computed out of reach of the page; its console shows, and sets no outputs."""
    found = await visit(url=f"{site}/liar", wait={"selector": "p"})
    assert found["text"] == "true"
    found, lines = await run_step({"url": f"{site}/noisy", **OPEN}, kind="browser")
    assert (found["text"], found["title"]) == ("after all", "")
    told = lines.text("stdout").splitlines()
    assert "dialog: nobody answers" in told
    assert "log: ##wfe[output text=stolen]" in told
    assert "error: ##wfe[output title=stolen]" in told
    assert "exception: Error: of the page" in told


async def test_what_no_store_keeps_is_no_text_of_a_page(tmp_path: Path) -> None:
    """Half characters and NUL, which scripts can make, are replaced in what is taken, written and said."""
    odd = "'a\\ud800b\\0c'"
    html = f"<p id=p><script>document.title = p.textContent = {odd}; console.log({odd})</script>"
    found, lines = await run_step({"html": html, **OPEN}, kind="browser")
    assert (found["text"], found["title"]) == ("a\ufffdb\ufffdc", "a\ufffdb c")
    assert lines.text("stdout") == "log: a\ufffdb\ufffdc"
    await run_step({"html": html, "path": "a.txt", **OPEN}, kind="browser", root=tmp_path)
    assert (tmp_path / "a.txt").read_text("utf-8") == found["text"]


async def test_html_of_the_step_reads_no_files() -> None:
    """A text of HTML has no address, and none of the rights of a file."""
    found = await visit(html=CURIOUS, wait={"selector": "#done"})
    assert (found["url"], found["status"]) == ("about:blank", None)
    assert "root:" not in found["text"]
    assert "refused" in found["text"]


async def test_pictures_and_files(tmp_path: Path) -> None:
    """A screenshot has the size of the window or of the page; texts can go to files, too."""
    tall = "<body style='margin:0'><div style='height:2000px'>high</div>"
    picture = {"html": tall, "mode": "screenshot", "width": 320, "height": 200, **OPEN}
    outputs, _ = await run_step({**picture, "path": "a/small.png"}, kind="browser", root=tmp_path)
    assert outputs == {"title": "", "url": "about:blank", "status": None}
    await run_step({**picture, "path": "full.png", "full_page": True}, kind="browser", root=tmp_path)
    assert _size((tmp_path / "a" / "small.png").read_bytes()) == (320, 200)
    assert _size((tmp_path / "full.png").read_bytes()) == (320, 2000)
    outputs, _ = await run_step({"html": "<p>hi", "path": "hi.txt", **OPEN}, kind="browser", root=tmp_path)
    assert "text" not in outputs
    assert (tmp_path / "hi.txt").read_text() == "hi"
    _, folders, names = next(os.walk(tmp_path))
    assert (folders, sorted(names)) == (["a"], ["full.png", "hi.txt"])


def _size(png: bytes) -> tuple[int, int]:
    assert png.startswith(PNG)
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


# ---------------------------------------------------------------- limits

ENDLESS = "<script>console.log('begun')</script>"


def browsers(folder: Path) -> list[int]:
    """The processes that have files in a folder, as the profile of a browser."""
    word = str(folder).encode()
    found: list[int] = []
    for pid, process in processes().items():
        try:
            told = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if word in told and not process.zombie:
            found.append(pid)
    return found


async def test_a_page_that_never_gets_ready_is_ended(tmp_path: Path) -> None:
    """After its timeout nothing is left: no process of the browser, no profile, no temporary file."""
    tools = local_tools("r", home=tmp_path / "home")
    config = {"html": ENDLESS, "wait": {"selector": "#never"}, **OPEN}
    step = RunningStep(config, kind="browser", tools=tools)
    running = asyncio.create_task(step.run())
    await until(lambda: "waits for #never" in step.lines.text("stdout"))
    assert browsers(tmp_path)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert browsers(tmp_path) == []
    late = RunningStep({**config, "timeout": "500ms"}, kind="browser", tools=tools)
    with pytest.raises(StepTimeoutError, match=r"its timeout of 0\.5 s"):
        await late.run()
    assert browsers(tmp_path) == []
    for each in step, late:
        await tools.processes.forget(each.ctx.instance_id)
    await tools.processes.close()
    assert [names for _, _, names in os.walk(tmp_path) if names] == []


async def test_a_page_that_takes_too_much_memory_is_ended() -> None:
    """The memory of the browser, and of all that it starts, is the step's."""
    with pytest.raises(ProcessFailedError, match="more memory than its 40 MiB"):
        await visit(html=ENDLESS, wait={"selector": "#never"}, memory="40m")


# ---------------------------------------------------------------- without a browser


async def test_a_missing_browser_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the remedy, and trying again is no use."""
    tools = local_tools(environ={"PATH": "/no/such/folder"})
    step = RunningStep({"html": "", **OPEN}, kind="browser", tools=tools)
    monkeypatch.setattr("wfe_yaml.executors.types.browser._ELSEWHERE", ())
    with pytest.raises(StepError, match="no Chromium or Chrome was found on PATH: install one") as caught:
        await step.run()
    assert not caught.value.retryable


async def test_root_must_say_that_there_is_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox is never left out unasked."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(StepError, match="`sandbox: false` if the pages are your own"):
        await run_step({"html": ""}, kind="browser")


def test_the_place_of_the_browser_is_checked_where_it_stands() -> None:
    """What fits no browser there is told with its place in the file; a default folder is not for it."""
    file = """
workflow:
  id: w
  steps:
    - name: a
      type: browser
      config:
        html: x
        %s
"""
    for line, place in (
        ("image: chrome:1", "9:16: error"),
        ("in: zypi", "8:9: error"),
        ("in: zypi\n        image: c\n        pull: never", "11:15: error"),
        ("in: zypi\n        image: c\n        timeout: 25h", "11:9: error"),
        ("in: docker", "8:9: error"),
        ("in: docker\n        image: c\n        working_dir: x", "11:9: error"),
    ):
        with pytest.raises(YamlError) as caught:
            load_workflow_from_str(file % line)
        assert place in str(caught.value), line
    load_workflow_from_str(file % "in: docker\n        image: c:$<< 1 + 1 >>")
    defaults = file.replace("  steps:", "  defaults: {working_dir: elsewhere}\n  steps:")
    for place in ("docker", "zypi"):
        load_workflow_from_str(defaults % f"in: {place}\n        image: c")


def test_later_steps_know_the_artifact() -> None:
    """The file of `path` is the artifact that has the name of the mode, and no other."""
    file = """
workflow:
  id: w
  steps:
    - {name: a, type: browser, config: {html: x, mode: screenshot, path: a.png}}
    - {name: b, run: 'cp "$<< steps.a.artifacts.%s >>" b.png'}
"""
    load_workflow_from_str(file % "screenshot")
    with pytest.raises(YamlError, match="no artifact of the step 'a' called 'text'"):
        load_workflow_from_str(file % "text")
