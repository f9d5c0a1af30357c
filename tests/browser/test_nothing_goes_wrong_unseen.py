"""A page that works and yet goes wrong behind the visitor's back fails its test."""

from collections.abc import Iterator

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page

from tests.support import live_server
from tests.support.browsing import Watch

WRONGS = {
    "script: oops is not defined": '<script nonce="n">oops()</script>',
    "console: it is not well": '<script nonce="n">console.error("it is not well")</script>',
    "console: Applying inline style": '<p style="color:red">Red</p>',
    "404 for": '<script nonce="n" src="/missing.js"></script>',
    "a request to a stranger": '<img src="http://elsewhere.invalid/pixel.png" alt="">',
}
POLICY = "default-src 'none'; script-src 'nonce-n'; img-src *"


@pytest.fixture
def server() -> Iterator[str]:
    """Instead of the service: a page for each thing that can go wrong, and one where all is well."""
    app = Flask(__name__)

    @app.get("/<int:number>")
    def page(number: int) -> Response:
        wrong = ["", *WRONGS.values()][number]
        html = f'<!doctype html><link rel="icon" href="/icon"><title>A page</title><h1>A page</h1>{wrong}'
        return Response(html, headers={"Content-Security-Policy": POLICY})

    @app.get("/icon")
    def icon() -> Response:
        return Response(status=204)

    with live_server.reserved() as address, live_server.serving(app, address) as url:
        yield url


@pytest.fixture
def watch(server: str) -> Watch:
    return Watch(server)


@pytest.fixture
def visit(browser: Browser, server: str, watch: Watch) -> Iterator[Page]:
    page = browser.new_page(base_url=server)
    watch.over(page)
    yield page
    page.close()


@pytest.mark.parametrize("wrong", WRONGS)
def test_what_goes_wrong_is_seen(visit: Page, watch: Watch, wrong: str) -> None:
    visit.goto(f"/{1 + list(WRONGS).index(wrong)}", wait_until="networkidle")
    assert visit.inner_text("h1") == "A page"
    assert any(trouble.startswith(wrong) for trouble in watch.troubles), watch.troubles


def test_a_page_that_is_well_is_no_trouble_nor_is_one_that_is_not_there(visit: Page, watch: Watch) -> None:
    visit.goto("/0", wait_until="networkidle")
    visit.goto("/nowhere", wait_until="networkidle")
    assert watch.troubles == []
