"""From a catalogue name and public facts to a message in words, at the moment of sending.

Each mail has a folder under `templates/`: `subject.txt`, and `body.txt` whose first line is the action
and whose other lines are its own. One text layout and one HTML layout say the same words around it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifications.message import Facts, Message
from notifications.redaction import check
from workflows.own_words import said, word


def compose(
    name: str,
    *,
    to: str,
    facts: Facts,
    message_id: str,
    sender: str,
    prefixes: Mapping[str, str] | None = None,
    forbidden: Iterable[str] = (),
) -> Message:
    """The mail called `name`, for one address.

    `prefixes` are subject prefixes by recipient domain. Raises redaction.Leak when the result would
    carry what must not leave, and jinja2.TemplateNotFound for a name without templates.
    """
    values = {"facts": facts, "office": _office(facts), "help": _help(facts)}
    subject = _one_line(_templates().get_template(f"{name}/subject.txt").render(values))
    lines = _lines(_templates().get_template(f"{name}/body.txt").render(values))
    values |= {"action": lines[0], "lines": lines[1:], "subject": subject}
    message = Message(
        to=to,
        subject=_prefixed(subject, to, facts, prefixes or {}),
        text=_templates().get_template("layout.txt").render(values),
        html=_templates().get_template("layout.html").render(values),
        message_id=message_id,
        sender=sender,
        sender_name=f"{facts.service_name}, {facts.partnership_name}",
        reply_to=facts.office_address,
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    check(message, facts, forbidden)
    return message


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("notifications"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["day"] = day
    environment.filters["instant"] = instant
    environment.filters["own"] = lambda name, facts: word(name, facts.words)
    environment.filters["said"] = lambda sentence, facts: said(sentence, facts.words)
    return environment


def day(due: datetime, zone: str) -> str:
    """For example: Wednesday 25 November."""
    local = due.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B}"


def instant(due: datetime, zone: str) -> str:
    """For example: Wednesday 25 November 2026 at 5pm."""
    local = due.astimezone(ZoneInfo(zone))
    hour = f"{local.hour % 12 or 12}{f':{local.minute:02d}' if local.minute else ''}{local:%p}".lower()
    return f"{day(due, zone)} {local.year} at {hour}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _prefixed(subject: str, to: str, facts: Facts, prefixes: Mapping[str, str]) -> str:
    prefix = prefixes.get(to.rpartition("@")[2].lower(), "")
    today = "Today: " if facts.urgent and facts.due is not None else ""
    return " ".join(part for part in (prefix, facts.marking, f"{today}{subject}") if part)


def _office(facts: Facts) -> str:
    """Why this person gets the mail."""
    if facts.via == "self":
        return "You get this because of your account."
    if facts.via == "office":
        return f"You get this as the board office, because nobody could be told as {facts.role}."
    standing = "deputy for " if facts.via == "deputy" else ""
    return f"You get this as {standing}{facts.role}."


def _help(facts: Facts) -> str:
    return f"Not you? Tell the board office: {facts.office_phone}, {facts.office_hours}."
