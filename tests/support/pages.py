"""A page as a test reads it: its hidden fields, the options of a list, and what is the same each time."""

import re
from html import unescape

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of all forms of a page, which a browser sends along."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(page)}


def option(page: str, words: str) -> str:
    """The value of the first option with these words. Raises StopIteration if there is none."""
    return next(part.split('value="')[1].split('"')[0] for part in page.split("<option") if words in part)


def without_tokens(page: str) -> str:
    """A page without the lines that differ each time it is asked for."""
    return "\n".join(line for line in page.splitlines() if "nonce" not in line and "csrf" not in line)
