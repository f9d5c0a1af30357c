"""What a new partnership is checked for before anything is written: each answer by its field, in words."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from escalation.addresses import is_address
from workflows.calendar import NATIONS

if TYPE_CHECKING:
    from escalation.services.setting_up import NewPartnership

_LONGEST: Mapping[str, int] = {
    "name": 100,
    "service_name": 120,
    "office_hours": 80,
    "administrator_name": 120,
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PREFIX = re.compile(r"[A-Z]{2,4}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{1,38}[0-9]")


def problems(new: "NewPartnership") -> dict[str, list[str]]:
    """What is wrong, by field. Empty when the partnership can be set up."""
    found: dict[str, list[str]] = {}
    for field, words in (*_texts(new), *_phones(new), *_addresses(new), *_place(new)):
        found.setdefault(field, []).append(words)
    return found


def _texts(new: "NewPartnership") -> Iterable[tuple[str, str]]:
    for field, longest in _LONGEST.items():
        text = getattr(new, field)
        if not text:
            yield field, "is empty; give some words"
        elif len(text) > longest:
            yield field, f"has {len(text)} characters; {longest} fit"
        elif _CONTROL.search(text):
            yield field, "holds a line end or another control character; leave it out"


def _phones(new: "NewPartnership") -> Iterable[tuple[str, str]]:
    for field in ("duty_phone", "office_phone"):
        if not _PHONE.fullmatch(getattr(new, field)):
            yield (
                field,
                f"{getattr(new, field)!r} cannot be called; give a number such as 020 7946 0018",
            )


def _addresses(new: "NewPartnership") -> Iterable[tuple[str, str]]:
    for field in ("office_address", "administrator_email"):
        if not is_address(getattr(new, field)):
            yield (
                field,
                f"{getattr(new, field)!r} is not an e-mail address; give one such as office@board.example",
            )


def _place(new: "NewPartnership") -> Iterable[tuple[str, str]]:
    if not _PREFIX.fullmatch(new.reference_prefix):
        words = "is not two to four letters; a reference begins with it, as SC in SC-26-7KD4Q"
        yield "reference_prefix", f"{new.reference_prefix!r} {words}"
    if new.nation not in NATIONS:
        yield "nation", f"{new.nation!r} is not one of {', '.join(NATIONS)}; it chooses the bank holidays"
    if not _is_zone(new.zone):
        yield "zone", f"{new.zone!r} is not a time zone; give a name such as Europe/London"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return len(name) <= 40
