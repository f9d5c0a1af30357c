"""The accessibility check is no ornament: it finds what is planted, and lets a clean page pass."""

from collections.abc import Iterator

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
