"""A browser visiting the service as it runs. These tests need Chromium."""

import dataclasses
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from escalation.config import Settings
from tests.support import browsing, live_server
from tests.support.live_server import Address
from tests.support.northtown import lay_out

OpenPage = Callable[..., Page]
WIDE = 1280


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A story that is told on a telephone and on a wide screen: `make campaigns` tells it on the wide one."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            if _told_again(item):
                item.add_marker("campaign")


def _told_again(item: pytest.Item) -> bool:
    told = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return told.get("width") == WIDE and "javascript" not in told


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """This machine's Chromium. Without one the test is skipped, but where CI=true it fails."""
    executable = browsing.chromium()
    if executable is None and os.environ.get("CI") == "true":
        pytest.fail("no Chromium on this machine: the browser tests must run here")
    if executable is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        launched = browsing.launch(playwright, executable)
        yield launched
        launched.close()


@pytest.fixture
def address() -> Iterator[Address]:
    """The loopback port where the service will listen."""
    with live_server.reserved() as taken:
        yield taken


@pytest.fixture
def settings(settings: Settings, address: Address) -> Settings:
    """As for every test, but links lead to the port where the service listens."""
    return dataclasses.replace(settings, public_base_url=address.url)


@pytest.fixture
def server(app: Flask, address: Address) -> Iterator[str]:
    """The service, listening. Gives its address."""
    with live_server.serving(app, address) as url:
        yield url


@pytest.fixture
def watch(address: Address) -> Iterator[browsing.Watch]:
    """What goes wrong behind the visitor's back. At the end of the test there must be nothing."""
    watching = browsing.Watch(address.url)
    yield watching
    assert watching.troubles == []


@pytest.fixture
def open_page(browser: Browser, server: str, watch: browsing.Watch) -> Iterator[OpenPage]:
    """Opens a page as a new visitor: open_page(width=360, javascript=False). Paths begin at the service."""
    contexts = []

    def opened(width: int = WIDE, height: int = 900, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=server,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        return page

    yield opened
    for context in contexts:
        context.close()


def looked_at(page: Page, name: str) -> None:
    """A page that a person sees: no fault that axe knows, and it does not scroll sideways."""
    assert browsing.axe(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    browsing.picture(page, name)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """One visitor on a wide screen with JavaScript."""
    return open_page()


@pytest.fixture
def northtown(app: Flask) -> str:
    """The partnership of the story, with no case yet. Gives its public id."""
    with app.app_context():
        return lay_out()
