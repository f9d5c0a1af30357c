"""Fields that mean the same in a form and in JSON."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields

from escalation.nhs_numbers import is_nhs_number

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x01-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and marks that turn the direction of writing, with which `evil` reads `live`."""
_ZONE = ZoneInfo("Europe/London")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def as_seen(text: str) -> str:
    """A text as its reader sees it: trimmed, every kind of line end one, unseen characters left out.

    What is pasted from other programs brings vertical tabs, form feeds and the like, which nobody can see
    or find. A NUL is kept for `Written` to refuse: no program pastes it, and databases differ about it.
    """
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)).strip()


class Written(fields.String):
    """What a person wrote, as it is seen, and counted so. A NUL is refused.

    `label` is how the page calls it; `ask` what it says when it is empty.
    """

    def __init__(self, label: str, longest: int, *, ask: str | None = None, **kwargs: Any) -> None:
        self.label, self.longest, self.ask = label, longest, ask
        super().__init__(required=False, load_default=None, allow_none=True, **kwargs)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """The text, or None when it may be left out. Raises ValidationError in words."""
        text = value if isinstance(value, str) else ""
        if value is not None and not isinstance(value, str) and not _is_missing(value):
            raise ValidationError(f"{self.label} must be text")
        text = as_seen(text)
        if "\x00" in text:
            raise ValidationError(
                f"{self.label} must not hold characters that cannot be shown: type it instead of pasting it"
            )
        if len(text) > self.longest:
            raise ValidationError(f"{self.label} must be {self.longest:,} characters or fewer")
        if not text and self.ask:
            raise ValidationError(self.ask)
        return text or None


class OwnReference(Written):
    """The raiser's own reference for the person: one line, never an NHS number."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """The reference. Raises ValidationError for what looks like an NHS number."""
        text = super().deserialize(value, attr, data, **kwargs)
        text = " ".join(text.split()) if text else text
        if text and is_nhs_number(text):
            raise ValidationError("Use your own reference, not an NHS number")
        return text


class Choice(fields.String):
    """One word of a closed list. `ask` is what it says when none was chosen."""

    def __init__(self, words: type[Any] | tuple[str, ...], ask: str, *, default: str | None = None) -> None:
        self.words, self.ask, self.default = tuple(str(w) for w in words), ask, default
        super().__init__(required=False, load_default=None, allow_none=True)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """The word. Raises ValidationError when it is missing or unknown."""
        if value in (None, "") or _is_missing(value):
            if self.default is not None:
                return self.default
            raise ValidationError(self.ask)
        if value not in self.words:
            raise ValidationError(self.ask)
        return value


class Instant(fields.DateTime):
    """A day and a time as people write them, `2026-11-30 16:00`, in the zone of the United Kingdom, or
    with an offset of its own."""

    def __init__(self, ask: str | None) -> None:
        self.ask = ask
        super().__init__(required=False, load_default=None, allow_none=True)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """The instant, aware. Raises ValidationError when it is missing or no time."""
        text = value.strip() if isinstance(value, str) else ""
        if not text:
            if self.ask is None:
                return None
            raise ValidationError(self.ask)
        try:
            given = datetime.fromisoformat(text)
        except ValueError as error:
            raise ValidationError("Write the day and the time, for example 2026-11-30 16:00") from error
        if not _FIRST_YEAR <= given.year <= _LAST_YEAR:
            raise ValidationError("Write a year with four digits, for example 2026-11-30 16:00")
        return given if given.tzinfo else given.replace(tzinfo=_ZONE)


def _is_missing(value: Any) -> bool:
    return type(value).__name__ == "_Missing"
