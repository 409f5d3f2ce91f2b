"""The conversation with a browser, with the test as the browser."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from wfe_yaml.executors.browsing import devtools
from wfe_yaml.executors.browsing.devtools import BrowserError, DevTools
from wfe_yaml.executors.browsing.page import Page


class Other:
    """The other end of the pipe: reads commands, and says what it is told to."""

    def __init__(self) -> None:
        self.hears, theirs = os.pipe()
        ours, self.speaks = os.pipe()
        self.tools = DevTools(ours, theirs)
        self.handles = {self.hears, theirs, ours, self.speaks}

    def command(self) -> dict[str, Any]:
        """Read the next command."""
        raw = bytearray()
        while not raw.endswith(b"\0"):
            raw += os.read(self.hears, 1)
        told: dict[str, Any] = json.loads(raw[:-1])
        return told

    def say(self, *messages: dict[str, Any]) -> None:
        """Say something, in one piece."""
        os.write(self.speaks, b"".join(json.dumps(each).encode() + b"\0" for each in messages))

    def close(self, *handles: int) -> None:
        """Close some ends."""
        for handle in handles:
            os.close(handle)
        self.handles -= set(handles)


@pytest.fixture
def other() -> Iterator[Other]:
    """A conversation."""
    other = Other()
    yield other
    other.close(*other.handles)


def test_an_answer_finds_its_command(other: Other) -> None:
    """Events and answers to others come between; a command names the page once there is one."""
    heard: list[str] = []
    other.tools.on_event = lambda name, _told: heard.append(name)
    other.tools.session = "s"
    number = other.tools.post("A.one", x=1)

    def answer() -> None:
        first, second = other.command(), other.command()
        assert (first["method"], first["params"], first["sessionId"]) == ("A.one", {"x": 1}, "s")
        other.say(
            {"method": "Page.loaded", "params": {}},
            {"id": number, "result": {"which": "one"}},
            {"id": second["id"], "result": {"which": "two"}},
        )

    thread = threading.Thread(target=answer)
    thread.start()
    assert other.tools.call("A.two") == {"which": "two"}
    thread.join()
    assert heard == ["Page.loaded"]


def test_refusals_are_told(other: Other) -> None:
    """What the browser refuses names the command and its reason."""
    other.say({"id": 1, "error": {"message": "No such frame"}})
    with pytest.raises(BrowserError, match=r"^Page\.go: No such frame$"):
        other.tools.call("Page.go")


def test_listening_ends_in_time(other: Other) -> None:
    """It ends when something holds, or when the time is over, whatever else is heard."""
    heard: list[str] = []
    other.tools.on_event = lambda name, _told: heard.append(name)
    assert not other.tools.listen(lambda: False, 0.0)
    other.say({"method": "a"}, {"method": "b"})
    assert other.tools.listen(lambda: "b" in heard)
    assert not other.tools.listen(lambda: False, 0.01)


def test_a_browser_that_ends_is_told(other: Other) -> None:
    """Nobody waits for what has ended, and a command to it is no broken pipe."""
    other.close(other.speaks)
    with pytest.raises(BrowserError, match="the browser has ended"):
        other.tools.call("A.one")
    other.close(other.hears)
    with pytest.raises(BrowserError, match="the browser has ended"):
        other.tools.post("A.two")


def test_a_message_is_bounded(other: Other, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page cannot make the program of the step take all memory."""
    monkeypatch.setattr(devtools, "_LARGEST", 100)
    os.write(other.speaks, b"x" * 200)
    with pytest.raises(BrowserError, match="too large"):
        other.tools.listen(lambda: False)


def test_a_browser_that_hangs_is_told(other: Other, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for an answer that never comes learns to what; one that is late disturbs nobody."""
    monkeypatch.setattr(devtools, "_PATIENCE", 0.01)
    with pytest.raises(BrowserError, match=r"^the browser has not answered Page\.captureScreenshot for "):
        other.tools.call("Page.captureScreenshot")
    other.say({"id": other.command()["id"], "result": {}})
    assert not other.tools.listen(lambda: False, 0.0)


def test_a_browser_that_must_be_fetched_first_has_time(other: Other, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first answer may take longer than any other, unless it is said that it must not."""
    monkeypatch.setattr(devtools, "_PATIENCE", 0.0)
    with pytest.raises(BrowserError, match=r"^the browser has not answered Browser\.getVersion for "):
        other.tools.greet(hurry=True)
    other.command()
    other.say({"id": 2, "result": {}})
    other.tools.greet(hurry=False)
    assert other.command()["id"] == 2


@pytest.mark.parametrize("event", ["Inspector.targetCrashed", "Inspector.detached"])
def test_a_page_that_crashes_is_not_waited_for(other: Other, event: str) -> None:
    """What was asked of it just then is never answered: the step fails with the crash, not for its time."""
    told = {"targetId": "t", "sessionId": "s", "frameTree": {"frame": {"id": "f", "loaderId": "l"}}}

    def answer() -> None:
        while (command := other.command())["method"] != "Page.createIsolatedWorld":
            other.say({"id": command["id"], "result": told})
        other.say({"method": event, "params": {}})

    thread = threading.Thread(target=answer)
    thread.start()
    page = Page(other.tools, lambda _: None)
    page.open(320, 200)
    with pytest.raises(BrowserError, match="the page has crashed"):
        page.find("#never")
    thread.join()


class Deaf(DevTools):
    """A browser whose events are lost; it has shown the document by the second look."""

    def __init__(self) -> None:
        super().__init__(-1, -1)
        self.looks = 0

    def call(self, method: str, **_: Any) -> dict[str, Any]:
        """Answer."""
        if method == "Page.getFrameTree":
            self.looks += 1
            return {"frameTree": {"frame": {"loaderId": "new" if self.looks > 1 else "old"}}}
        if method == "Runtime.evaluate":
            return {"result": {"value": "complete"}}
        return {"loaderId": "new", "executionContextId": 1}

    def listen(self, until: Callable[[], bool], seconds: float | None = None) -> bool:
        """Hear nothing."""
        assert seconds is not None
        return until()


def test_a_document_is_there_though_its_event_was_lost() -> None:
    """Now and then the browser is asked whether it shows the document that it was sent to, and all of it."""
    tools = Deaf()
    Page(tools, lambda _: None).load("http://example.test/", ["2xx"])
    assert tools.looks == 2
