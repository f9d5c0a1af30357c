"""How a person works a page: by pointer (with or without JavaScript) or by keyboard alone.

Both know the same five things to do, so that one story can be told with either.
"""

from dataclasses import dataclass
from typing import Protocol

from playwright.sync_api import Page

from tests.support.northtown import PASSWORD

_NAME = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "";
  const label = at.labels && at.labels.length ? at.labels[0].innerText : "";
  return (label || at.getAttribute("aria-label") || at.innerText || at.value || "").trim();
}"""
_QUESTION = """() => {
  const at = document.activeElement;
  const group = at && at.type === "radio" && at.closest("fieldset");
  return group ? group.querySelector("legend").innerText.trim() : "";
}"""
_FURTHEST = 90


class Hands(Protocol):
    """What a person does on a page; each thing is found by the words that stand beside it."""

    page: Page

    def fill(self, label: str, words: str) -> None:
        """Types into the field with this label."""

    def pick(self, label: str, option: str) -> None:
        """Picks from a list."""

    def choose(self, question: str, answer: str) -> None:
        """Chooses one of the round buttons below a question."""

    def press(self, button: str) -> None:
        """Presses a button or follows a link, and waits for the next page."""


@dataclass
class Pointer:
    """A mouse or a finger."""

    page: Page

    def fill(self, label: str, words: str) -> None:
        self.page.get_by_label(label, exact=True).fill(words)

    def pick(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(label=option)

    def choose(self, question: str, answer: str) -> None:
        self.page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()

    def press(self, button: str) -> None:
        named = self.page.get_by_role("button", name=button, exact=True)
        link = self.page.get_by_role("link", name=button, exact=True)
        with self.page.expect_navigation():
            named.or_(link).first.click()


@dataclass
class Keyboard:
    """Tab, typing, arrow keys, Space and Enter. The mouse is never used."""

    page: Page

    def fill(self, label: str, words: str) -> None:
        self._reach(label)
        self.page.keyboard.type(words)

    def pick(self, label: str, option: str) -> None:
        self._reach(label)
        self.page.keyboard.type(option)

    def choose(self, question: str, answer: str) -> None:
        """Tab leads to a group of round buttons, arrows lead through it."""
        for _ in range(_FURTHEST):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(_QUESTION) == question:
                self._arrow_to(answer)
                return
        raise AssertionError(f"{question!r} cannot be reached by keyboard on {self.page.url}")

    def press(self, button: str) -> None:
        self._reach(button)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def _arrow_to(self, answer: str) -> None:
        for _ in range(_FURTHEST):
            if self._at() == answer:
                self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{answer!r} cannot be chosen by keyboard on {self.page.url}")

    def _reach(self, name: str) -> None:
        for _ in range(_FURTHEST):
            self.page.keyboard.press("Tab")
            if self._at() == name:
                return
        raise AssertionError(f"{name!r} cannot be reached by keyboard on {self.page.url}")

    def _at(self) -> str:
        return str(self.page.evaluate(_NAME))


def sign_in(person: Hands, name: str) -> None:
    """Signs in as somebody of Northtown, `name` being what stands before the @ of their address."""
    person.page.goto("/sign-in")
    sign_in_here(person, name)
    person.page.get_by_role("heading", name="My work").wait_for()


def sign_in_here(person: Hands, name: str) -> None:
    """The same on the page to sign in that is open already, to come back to where the person was."""
    person.fill("E-mail", f"{name}@demo.invalid")
    person.fill("Password", PASSWORD)
    person.press("Sign in")
