"""Browsers of other engines than Chromium's: Firefox by WebDriver BiDi, WebKitGTK by its WebDriver.

Playwright drives only its own builds of both, which are not what people have.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import websocket
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

PATIENCE = 60
"""Seconds for anything to come; only ever reached by a failure."""
WIDTH, HEIGHT = 1200, 1000
POLL = """async (...values) => {
  const look = %s;
  for (const end = performance.now() + %d; performance.now() < end; await new Promise(requestAnimationFrame)) {
    const seen = await look(...values);
    if (seen) return seen;
  }
  throw new Error("waited in vain; the page says: " + document.body.innerText.slice(-1500).toWellFormed()); // half an emoji is no JSON
}"""
MIDDLE = """(selector) => {
  const nodes = [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility());
  const node = nodes.at(0);
  if (!node) return null;
  node.scrollIntoView({ block: "center", behavior: "instant" });
  const box = node.getBoundingClientRect();
  return [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)];
}"""
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


class Engine(Protocol):
    """One window of a browser. A script is the text of a function, as in Playwright; what it gives is awaited."""

    def go(self, url: str) -> None: ...
    def run(self, script: str, *values: Any) -> Any: ...
    def press(self, *keys: str) -> None:
        """Press keys by the names of the DOM, one after the other; other text is typed."""

    def click_at(self, x: int, y: int) -> None: ...
    def screenshot(self, path: Path) -> None: ...
    def close(self) -> None: ...


def wait(engine: Engine, script: str, *values: Any) -> Any:
    """Return what a function gives in the page as soon as that is true."""
    return engine.run(POLL % (script, PATIENCE * 1000), *values)


def click(engine: Engine, selector: str) -> None:
    """Click the middle of the first element on view that a selector finds, once there is one."""
    engine.click_at(*wait(engine, MIDDLE, selector))


class Firefox:
    """Firefox without a window, by its own WebDriver BiDi: no driver lies between."""

    def __init__(self, program: str) -> None:
        self._profile = tempfile.mkdtemp(prefix="videogen-firefox-")
        self._log = (Path(self._profile) / "log").open("w")
        command = [program, "--headless", "--no-remote", "--profile", self._profile, "--remote-debugging-port", "0"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            self._socket = websocket.create_connection(
                f"{self._address()}/session", timeout=2 * PATIENCE, suppress_origin=True
            )
            self._ids = count(1)
            self._send("session.new", capabilities={})
            self._tab = self._send("browsingContext.create", type="tab")["context"]
            viewport = {"width": WIDTH, "height": HEIGHT}
            self._send("browsingContext.setViewport", context=self._tab, viewport=viewport)
        except BaseException:
            self._end()
            raise

    def _address(self) -> str:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if found := LISTENING.search(line):
                return found[1]
        raise RuntimeError("Firefox ended before it listened")

    def _send(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            pass
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return answer["result"]

    def go(self, url: str) -> None:
        self._send("browsingContext.navigate", context=self._tab, url=url, wait="interactive")

    def run(self, script: str, *values: Any) -> Any:
        function = f"async (values) => JSON.stringify((await ({script})(...JSON.parse(values))) ?? null)"
        answer = self._send(
            "script.callFunction",
            functionDeclaration=function,
            awaitPromise=True,
            userActivation=True,
            target={"context": self._tab},
            arguments=[{"type": "string", "value": json.dumps(values)}],
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def press(self, *keys: str) -> None:
        strokes = [{"type": way, "value": code} for key in keys for code in _codes(key) for way in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keys", "actions": strokes})

    def click_at(self, x: int, y: int) -> None:
        moves = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": moves})

    def _act(self, source: dict[str, Any]) -> None:
        self._send("input.performActions", context=self._tab, actions=[source])

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._send("browsingContext.captureScreenshot", context=self._tab)["data"]))

    def close(self) -> None:
        with suppress(RuntimeError, websocket.WebSocketException, OSError):
            self._send("browser.close")
        self._socket.close()
        self._end()

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._log.close()
        shutil.rmtree(self._profile, ignore_errors=True)


class WebKit:
    """WebKitGTK's MiniBrowser on a display of its own: it has no mode without a window."""

    def __init__(self, program: str) -> None:
        self._screen = subprocess.Popen(
            [
                str(shutil.which("Xvfb")),
                "-displayfd",
                "1",
                "-screen",
                "0",
                f"{WIDTH}x{HEIGHT + 100}x24",
                "-nolisten",
                "tcp",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._screen.stdout is not None
        display = self._screen.stdout.readline().strip()
        options = Options()
        options.binary_location = program
        options.add_argument("--automation")
        environment = {**os.environ, "DISPLAY": f":{display}", "GDK_BACKEND": "x11"}  # noqa: TID251 - the browser's own
        try:
            service = Service("/usr/bin/WebKitWebDriver", env=environment)
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore", DeprecationWarning
                )  # selenium's own driver uses what selenium deprecates
                self._driver = webdriver.WebKitGTK(options=options, service=service)
            self._driver.set_script_timeout(2 * PATIENCE)
            self._driver.set_window_rect(0, 0, WIDTH, HEIGHT + 60)
        except BaseException:
            self._end()
            raise

    def go(self, url: str) -> None:
        self._driver.get(url)

    def run(self, script: str, *values: Any) -> Any:
        body = f"""const done = arguments[arguments.length - 1];
        Promise.resolve().then(() => ({script})(...JSON.parse(arguments[0])))
          .then((given) => done(JSON.stringify({{ given: given ?? null }})), (error) => done(JSON.stringify({{ error: String(error) }})));"""
        answer = json.loads(self._driver.execute_async_script(body, json.dumps(values)))
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["given"]

    def press(self, *keys: str) -> None:
        chain = ActionChains(self._driver, duration=0)
        for key in keys:
            chain.send_keys("".join(_codes(key)))
        chain.perform()

    def click_at(self, x: int, y: int) -> None:
        chain = ActionChains(self._driver, duration=0)
        chain.w3c_actions.pointer_action.move_to_location(x, y).click()
        chain.perform()

    def screenshot(self, path: Path) -> None:
        self._driver.save_screenshot(str(path))

    def close(self) -> None:
        self._driver.quit()
        self._end()

    def _end(self) -> None:
        self._screen.terminate()
        self._screen.wait(PATIENCE)
        assert self._screen.stdout is not None
        self._screen.stdout.close()


def _codes(key: str) -> str:
    """Give the characters that WebDriver knows a key by; a text stands for itself."""
    names = {"ArrowLeft": "LEFT", "ArrowRight": "RIGHT", "ArrowDown": "DOWN", "ArrowUp": "UP"}
    name = names.get(key, key.upper())
    return str(getattr(Keys, name)) if len(key) > 1 and hasattr(Keys, name) else key
