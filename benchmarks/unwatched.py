"""A browser as people have it: with a profile that keeps files and compiled scripts, and nobody who listens in.

Playwright listens to network, console and stacks of every page. With 5 MB of scripts that alone takes as long as a page
may take (V8 parses Plotly a second time to say from which line a request came). So this speaks to Chromium itself
(https://chromedevtools.github.io/devtools-protocol/), and only to ask whether a page is ready, and to click.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.sync.client import connect
from websockets.sync.connection import Connection

OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)
PATIENCE_S = 60.0
LOOK_AGAIN_S = 0.02
# Streamlit has run the page, nothing is a placeholder any more, and every chart has its drawing.
READY = """new Promise(done => {
  const look = () => {
    const app = document.querySelector('[data-testid=stApp]')
    const rests = app && document.querySelector('h1')
      && app.dataset.testScriptState === 'notRunning' && app.dataset.testConnectionState === 'CONNECTED'
      && !document.querySelector('[data-testid=stSkeleton]') && document.querySelector(SHOWN)
      && [...document.querySelectorAll('.stPlotlyChart')].every(chart => chart.querySelector('.main-svg'))
      && window.ranAgain !== false
    rests ? requestAnimationFrame(() => setTimeout(done, 0)) : setTimeout(look, 10)
  }
  look()
})"""
WATCH = """(() => {
  window.ranAgain = false
  const app = document.querySelector('[data-testid=stApp]')
  const notice = () => { if (app.dataset.testScriptState !== 'notRunning') window.ranAgain = true }
  new MutationObserver(notice).observe(app, {attributes: true})
})()"""
MIDDLE = """(() => {
  const found = ELEMENT
  if (!found) return null
  found.scrollIntoView({block: 'nearest'})
  const box = found.getBoundingClientRect()
  return [box.x + box.width / 2, box.y + box.height / 2]
})()"""


class Tab:
    """A tab of the browser, which is told what to do over one connection."""

    def __init__(self, socket: Connection, address: str) -> None:
        self._socket, self._number, self._session = socket, 0, ""
        self._target = self._send("Target.createTarget", url=address)["targetId"]
        self._session = self._send("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]

    def ready(self, shown: str) -> None:
        """Wait until the page rests, and has what that selector finds."""
        self._until(READY.replace("SHOWN", json.dumps(shown)), lambda _: True)

    def watch(self) -> None:
        """From now on `ready` also waits until the page's script has begun once more."""
        self._value(WATCH)

    def find(self, element: str) -> tuple[float, float]:
        """The middle of what that JavaScript finds, as soon as it does; in view."""
        x, y = self._until(MIDDLE.replace("ELEMENT", element), bool)
        return x, y

    def click(self, element: str) -> None:
        """Press the mouse on it."""
        x, y = self.find(element)
        self._send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)  # what is pointed at takes the press
        for kind in ("mousePressed", "mouseReleased"):
            self._send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def close(self) -> None:
        self._session = ""
        self._send("Target.closeTarget", targetId=self._target)

    def _until(self, expression: str, enough: Callable[[Any], bool]) -> Any:
        """The expression's value once it is enough; while a page loads there is none."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(RuntimeError):
                value = self._value(expression)
                if enough(value):
                    return value
            time.sleep(LOOK_AGAIN_S)
        raise TimeoutError(f"the page never came to: {expression}")

    def _value(self, expression: str) -> Any:
        found = self._send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def _send(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        """The answer to a command. Raises RuntimeError where the browser refuses it."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(command | ({"sessionId": self._session} if self._session else {})))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(str(answer["error"]))
                result: Mapping[str, Any] = answer["result"]
                return result


@dataclass(frozen=True, slots=True)
class Unwatched:
    """The browser, by its connection."""

    socket: Connection

    def open(self, address: str) -> Tab:
        return Tab(self.socket, address)


@contextmanager
def unwatched(program: str) -> Iterator[Unwatched]:
    """That browser with a profile of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *OPTIONS, f"--user-data-dir={profile}", "about:blank"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                with connect(_address(Path(profile)), max_size=None) as socket:
                    yield Unwatched(socket)
            finally:
                process.terminate()


def _address(profile: Path) -> str:
    """Where the browser listens, which it writes down once it does."""
    told, deadline = profile / "DevToolsActivePort", time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        lines = told.read_text().splitlines() if told.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(LOOK_AGAIN_S)
    raise TimeoutError("the browser did not start")
