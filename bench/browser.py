"""Open a page in a real browser, at the width of a telephone and of a desk: nothing overflows, nothing is asked for.

Usage: python bench/browser.py PAGE.html [PICTURES]   (make browser)

Speaks the browser's own protocol over a pipe, so that no driver is needed. Ends with 0 if all is well, 1 if not, and 5
where there is no browser.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTHS = (390, 1280)
MEASURE = """(() => {
  const wide = document.documentElement.clientWidth;
  const scrolls = e => {
    for (; e; e = e.parentElement) if (/auto|scroll/.test(getComputedStyle(e).overflowX)) return true;
  };
  const beyond = e => !scrolls(e) && e.getBoundingClientRect().right > wide + 1;
  const out = [...document.querySelectorAll('body *')].filter(beyond);
  const lost = a => !document.getElementById(a.hash.slice(1));
  return JSON.stringify({
    scroll: document.documentElement.scrollWidth, wide, height: document.documentElement.scrollHeight,
    out: out.slice(0, 5).map(e => e.tagName + ' ' + e.textContent.slice(0, 40)),
    fonts: document.fonts.check('16px "DejaVu Sans"') && document.fonts.size > 1,
    dead: [...document.querySelectorAll('a[href^="#"]')].filter(lost).length,
  });
})()"""


class Browser:
    """A headless browser that is spoken to over a pipe."""

    def __init__(self, program: str, home: str) -> None:
        (read_here, write_there), (read_there, write_here) = os.pipe(), os.pipe()
        words = f"exec {program} --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run"
        words += f" --user-data-dir={home} --remote-debugging-pipe about:blank 3<&{read_there} 4>&{write_there}"
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", words], pass_fds=(read_there, write_there), stderr=subprocess.DEVNULL
        )
        os.close(read_there)
        os.close(write_there)
        self._read, self._write = os.fdopen(read_here, "rb", 0), os.fdopen(write_here, "wb", 0)
        self._count, self._rest = 0, b""
        self.events: list[dict[str, Any]] = []

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Ask, and wait for the answer; events on the way are kept."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        self._write.write(json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        while (answer := self._next()).get("id") != self._count:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return dict(answer["result"])

    def wait(self, method: str) -> None:
        """Wait for an event."""
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._next())

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            chunk = self._read.read(1 << 16)
            if not chunk:
                raise RuntimeError("the browser is gone")
            self._rest += chunk
        message, self._rest = self._rest.split(b"\0", 1)
        return dict(json.loads(message))

    def close(self) -> None:
        """End it."""
        self._write.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._read.close()


def looked_at(browser: Browser, page: Path, width: int, picture: Path | None) -> list[str]:
    """Open a page at a width, and say what is wrong with it."""
    browser.events.clear()
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Network", "Log", "Runtime"):
        browser.ask(f"{domain}.enable", session)
    browser.ask(
        "Emulation.setDeviceMetricsOverride", session, width=width, height=900, deviceScaleFactor=1, mobile=False
    )
    browser.events.clear()
    browser.ask("Page.navigate", session, url=page.resolve().as_uri())
    browser.wait("Page.loadEventFired")
    if not browser.ask("Runtime.evaluate", session, expression="document.title")["result"]["value"]:
        return ["is no page"]
    found = json.loads(browser.ask("Runtime.evaluate", session, expression=MEASURE)["result"]["value"])
    if picture:
        clip = {"x": 0, "y": 0, "width": width, "height": min(found["height"], 12000), "scale": 1}
        shot = browser.ask("Page.captureScreenshot", session, clip=clip, captureBeyondViewport=True)
        picture.write_bytes(base64.b64decode(shot["data"]))
    asked = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"]
    asked = [url for url in asked if not url.startswith("data:") and url != page.resolve().as_uri()]
    said = [e["params"]["entry"]["text"] for e in browser.events if e.get("method") == "Log.entryAdded"]
    wrong = [f"asks for {url}" for url in asked] + [f"the browser says: {text}" for text in said]
    if found["scroll"] > found["wide"]:
        wrong.append(f"is {found['scroll']} wide: {'; '.join(found['out'])}")
    wrong += [] if found["fonts"] else ["its fonts are not used"]
    wrong += [f"{found['dead']} links lead nowhere"] if found["dead"] else []
    browser.ask("Target.closeTarget", targetId=target)
    return wrong


def main() -> int:
    """Look at the page named on the command line."""
    page = Path(sys.argv[1])
    pictures = Path(sys.argv[2]) if len(sys.argv) > 2 else None  # noqa: PLR2004  # a second word
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        print(f"no browser found: none of {', '.join(NAMES)}", file=sys.stderr)
        return 5
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        browser = Browser(program, home)
        try:
            for width in WIDTHS:
                picture = pictures / f"{page.stem}-{width}.png" if pictures else None
                faults = looked_at(browser, page, width, picture)
                print(f"{page.name} at {width} px: {'; '.join(faults) or 'well'}")
                wrong += faults
        finally:
            browser.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
