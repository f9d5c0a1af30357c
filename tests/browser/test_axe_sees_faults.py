"""The accessibility check is no ornament: it finds what is planted, and lets a clean page pass."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browsing import axe

CLEAN = """<!doctype html><html lang="en-GB"><head><title>A page</title></head>
<body><main><h1>A page</h1><p>Some words to read.</p>%s</main></body></html>"""
FAULTS = {
    "label": '<input type="text">',
    "color-contrast": '<p style="color:#aaa;background:#fff">Hardly to be read</p>',
    "image-alt": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
    "target-size": '<button style="all:unset;display:block;width:9px;height:9px" aria-label="a"></button>'
    '<button style="all:unset;display:block;width:9px;height:9px" aria-label="b"></button>',
    "autocomplete-valid": '<label>Name <input type="text" autocomplete="nonsense"></label>',
}


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def test_a_clean_page_has_no_fault(blank: Page) -> None:
    blank.set_content(CLEAN % "")
    assert axe(blank) == []


@pytest.mark.parametrize("rule", FAULTS)
def test_a_planted_fault_is_found(blank: Page, rule: str) -> None:
    blank.set_content(CLEAN % FAULTS[rule])
    assert [fault.split(" ")[0] for fault in axe(blank)] == [rule]


class _Hesitating(BaseHTTPRequestHandler):
    """Says at once that there is a page, and sends it a moment later."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if self.path == "/slow":
            time.sleep(0.5)
        body = CLEAN % (FAULTS["image-alt"] if self.path == "/slow" else '<a href="/slow">Further</a>')
        self.wfile.write(body.encode())

    def log_request(self, *_args: object, **_more: object) -> None:
        """Says nothing."""


@pytest.fixture
def hesitating() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hesitating)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_page_that_is_still_coming_is_waited_for(blank: Page, hesitating: str) -> None:
    blank.goto(hesitating)
    blank.get_by_role("link").click()
    assert [fault.split(" ")[0] for fault in axe(blank)] == ["image-alt"]
