"""`Page`: loads an address or a text, waits until it is ready, and reads or pictures it."""

from __future__ import annotations

import base64
import http.client
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wfe_yaml.executors.browsing.devtools import BrowserError, DevTools
from wfe_yaml.executors.browsing.keeping import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    Say = Callable[[str], None]

_LOOK = 0.05
"""Seconds between two looks for what a selector names."""
_NET = 1.0
"""Seconds after which it is asked whether the document is there, in case that its event was lost."""
_MOST_LINES = 1_000
"""Lines of the page's console that are shown."""
_WORLD = "wfe"
"""Scripts of the page cannot change what is computed in a world of its own."""
_NO_PAGE = "net::ERR_ABORTED"
_READ = {
    "text": "document.body ? document.body.innerText : ''",
    "dom": "(document.doctype ? new XMLSerializer().serializeToString(document.doctype) + '\\n' : '')"
    " + document.documentElement.outerHTML",
}


class Page:
    """One page of a browser.

    Args:
        tools: the browser.
        say: shows a line to who watches the step.
    """

    def __init__(self, tools: DevTools, say: Say) -> None:
        self._tools = tools
        self._say = say
        self._frame = ""
        self._loader = ""
        self._reached: set[tuple[str, str]] = set()
        """What a document has come to: its loader, and the name of the event."""
        self._statuses: dict[str, int] = {}
        self._lines = 0
        self._crashed = False
        self.status: int | None = None
        """The status of the answer, where there is one."""

    def open(self, width: int, height: int) -> None:
        """Make the page, with a window of this size."""
        tools = self._tools
        target = tools.call("Target.createTarget", url="about:blank")["targetId"]
        tools.call("Browser.setDownloadBehavior", behavior="deny")
        tools.session = tools.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tools.on_event = self._event
        for domain in ("Page", "Runtime", "Network", "Inspector"):
            tools.call(f"{domain}.enable")
        tools.call("Page.setLifecycleEventsEnabled", enabled=True)
        self._frame = tools.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        tools.call("Emulation.setDeviceMetricsOverride", **metrics)

    def load(self, url: str, expected: list[int | str]) -> None:
        """Go to an address, until its document and all that it names are there.

        Raises:
            BrowserError: it cannot be reached, or answers with a status that is not expected.
        """
        try:
            begun = self._tools.call("Page.navigate", url=url)
        except BrowserError as exc:
            raise BrowserError(f"{shown(url)}: {exc}") from None
        trouble = begun.get("errorText")
        if trouble == _NO_PAGE:
            trouble = f"it gives no page, but a download or nothing ({trouble}): take it by `type: http`"
        if trouble:
            raise BrowserError(f"{shown(url)}: {trouble}")
        self._loader = begun.get("loaderId", self._loader)
        self._until("load", self._loaded)
        self.status = self._statuses.get(self._loader)
        if self.status is None:
            return
        told = f"{shown(url)}: {self.status} {http.client.responses.get(self.status, '')}".rstrip()
        if self.status not in expected and f"{self.status // 100}xx" not in expected:
            wanted = ", ".join(map(str, expected))
            raise BrowserError(f"{told}, expected {wanted}")
        self._say(told)

    def show(self, html: str) -> None:
        """Show a text of HTML, which has no address: it can read no files and no other site."""
        code = f"document.open(); document.write({json.dumps(html)}); document.close();"
        told = self._tools.call("Runtime.evaluate", expression=code)
        if "exceptionDetails" in told:
            raise BrowserError(f"the HTML cannot be shown: {_exception(told)}")
        self._until_true("document.readyState === 'complete'")

    def settle(self) -> None:
        """Wait until half a second has passed in which nothing was fetched."""
        self._say("waits until nothing is fetched any more")
        self._until("networkIdle", lambda: False)

    def rest(self, seconds: float) -> None:
        """Wait so long."""
        self._tools.listen(lambda: self._crashed, seconds)
        self._check()

    def find(self, selector: str) -> None:
        """Wait until something is there that a CSS selector names.

        Raises:
            BrowserError: it is no selector.
        """
        self._say(f"waits for {selector}")
        self._until_true(f"document.querySelector({json.dumps(selector)}) !== null")

    def read(self, mode: str) -> str:
        """Give the text that a person sees, or the document as it is now."""
        return clean(str(self._evaluate(_READ[mode])))

    def picture(self, *, full: bool) -> bytes:
        """Give a PNG of the window, or of the full height of the page."""
        options: dict[str, Any] = {"format": "png"}
        # A page that counts as hidden draws nothing, and its picture would never come.
        self._tools.call("Page.bringToFront")
        if full:
            size = self._tools.call("Page.getLayoutMetrics")["cssContentSize"]
            options["captureBeyondViewport"] = True
            options["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return base64.b64decode(self._tools.call("Page.captureScreenshot", **options)["data"])

    @property
    def title(self) -> str:
        """The title of the document."""
        return clean(str(self._evaluate("document.title")))

    @property
    def url(self) -> str:
        """Where the page is now."""
        return str(self._evaluate("location.href"))

    # ------------------------------------------------------------ waiting

    def _until(self, event: str, is_so: Callable[[], bool]) -> None:
        """Wait until the document has come to something; it may have been replaced by another meanwhile."""

        def reached() -> bool:
            return self._crashed or (self._loader, event) in self._reached

        while not self._tools.listen(reached, _NET) and not is_so():
            pass
        self._check()

    def _loaded(self) -> bool:
        frame = self._tools.call("Page.getFrameTree")["frameTree"]["frame"]
        there: str = frame["loaderId"]
        return there == self._loader and self._evaluate("document.readyState") == "complete"

    def _until_true(self, code: str) -> None:
        while self._evaluate(code) is not True:
            self.rest(_LOOK)

    def _check(self) -> None:
        if self._crashed:
            raise BrowserError("the page has crashed: often because memory ran out")

    def _evaluate(self, code: str) -> Any:
        """Compute something in the page, where its own scripts cannot interfere.

        Raises:
            BrowserError: the code raises something.
        """
        patience = time.monotonic() + 5
        while True:
            try:
                world = self._tools.call("Page.createIsolatedWorld", frameId=self._frame, worldName=_WORLD)
                context = world["executionContextId"]
                told = self._tools.call(
                    "Runtime.evaluate", expression=code, contextId=context, returnByValue=True
                )
                break
            except BrowserError:
                # The document was replaced just then.
                self._check()
                if time.monotonic() > patience:
                    raise
                self.rest(_LOOK)
        if "exceptionDetails" in told:
            raise BrowserError(_exception(told))
        return told["result"].get("value")

    # ------------------------------------------------------------ events

    def _event(self, name: str, told: dict[str, Any]) -> None:
        if name == "Page.lifecycleEvent":
            self._reached.add((told["loaderId"], told["name"]))
        elif name == "Page.frameNavigated":
            if told["frame"]["id"] == self._frame:
                self._loader = told["frame"]["loaderId"]
        elif name == "Network.responseReceived":
            if told["type"] == "Document" and told.get("frameId") == self._frame:
                self._statuses[told["loaderId"]] = told["response"]["status"]
        elif name == "Page.javascriptDialogOpening":
            # Nobody is there to answer; the page would wait for ever.
            self._console("dialog", told.get("message", ""))
            self._tools.post("Page.handleJavaScriptDialog", accept=False)
        elif name == "Runtime.consoleAPICalled":
            words = [str(word.get("value", word.get("description", ""))) for word in told["args"]]
            self._console(told["type"], " ".join(words))
        elif name == "Runtime.exceptionThrown":
            self._console("exception", _exception(told))
        elif name in ("Inspector.targetCrashed", "Inspector.detached"):
            # Whatever was asked of it will never be answered.
            self._crashed = True
            self._check()

    def _console(self, kind: str, text: str) -> None:
        """Show what the page says; never at the begin of a line, where it could set outputs of the step."""
        for line in text.splitlines() or [""]:
            self._lines += 1
            if self._lines <= _MOST_LINES:
                self._say(f"{kind}: {line}")
            elif self._lines == _MOST_LINES + 1:
                self._say(f"the page says more than {_MOST_LINES:,} lines; the rest is not shown")


def shown(url: str) -> str:
    """Give an address without what may be secret in it: user, password and parameters."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _exception(told: dict[str, Any]) -> str:
    details = told["exceptionDetails"]
    lines: list[str] = str(details.get("exception", {}).get("description", "")).splitlines()
    return lines[0] if lines else str(details.get("text", "an exception"))
