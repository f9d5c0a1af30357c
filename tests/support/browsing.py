"""A real browser: the machine's own Chromium, watched for errors, with axe and pictures."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Playwright, Request, Response

WCAG_2_2_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
PICTURES = Path(__file__).parent.parent / "browser" / "pictures"
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium asks for nothing but what a page asks for; and it runs as root, where it has no sandbox."""


def chromium() -> str | None:
    """Where this machine's Chromium is, if it has one."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def launch(playwright: Playwright, executable: str) -> Browser:
    """Starts the browser, without a window."""
    return playwright.chromium.launch(executable_path=executable, args=_QUIET)


@dataclass
class Watch:
    """What went wrong on pages behind the visitor's back: script errors, refusals by the content security
    policy, missing files, and requests to anywhere but `home`. A test may clear what it meant to cause."""

    home: str
    troubles: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Begins to watch a page."""
        page.on("console", self._said)
        page.on("pageerror", self._failed)
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        # An answer of 4xx is on the console too; for pages it may be right, for files see `_answered`.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console: {message.text}")

    def _failed(self, error: Error) -> None:
        self.troubles.append(f"script: {error.message}")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.home).netloc and request.url.startswith("http"):
            self.troubles.append(f"a request to a stranger: {request.url}")

    def _answered(self, response: Response) -> None:
        document = response.request.resource_type == "document"
        if response.status >= (500 if document else 400):
            self.troubles.append(f"{response.status} for {response.url}")


def axe(page: Page) -> Sequence[str]:
    """What axe finds against WCAG 2.2 AA on a page when it is all there, one line a fault; no rule is off."""
    page.wait_for_load_state()  # A click ends when the next page begins to come, before there is anything on it.
    found = Axe().run(page, options=_options())
    return [_fault(violation) for violation in found.response["violations"]]


def _options() -> dict[str, Any]:
    # target-size is the one rule of these tags that axe leaves out unless it is asked.
    return {
        "runOnly": {"type": "tag", "values": list(WCAG_2_2_AA)},
        "rules": {"target-size": {"enabled": True}},
        "resultTypes": ["violations"],
    }


def _fault(violation: dict[str, Any]) -> str:
    places = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {places}"


def picture(page: Page, name: str) -> None:
    """Saves the whole page as tests/browser/pictures/NAME.png, to be looked at, where PICTURES=1 asks for it."""
    if os.environ.get("PICTURES") == "1":
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
