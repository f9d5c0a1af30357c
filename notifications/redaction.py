"""What may leave by e-mail: the last look at a message, by rules that know nothing of how it was made."""

import re
from collections.abc import Iterable
from functools import lru_cache

from notifications.message import Facts, Message


class Leak(Exception):
    """A message would carry something that must not leave. The text says which rule, never the content."""


_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]+>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_URL = re.compile(r"https?://[^\s<>\"']+")


def check(message: Message, facts: Facts, forbidden: Iterable[str] = ()) -> None:
    """Raises Leak if the message breaks a rule: one recipient, clean headers, no reference in the
    subject, no address but the one link, none of the `forbidden` words (agencies, people)."""
    named = (message.to, message.subject, message.sender, message.sender_name, message.reply_to)
    for value in (*named, message.message_id, *message.headers, *message.headers.values()):
        if _CONTROL.search(value):
            raise Leak("a header holds a control character")
    if not _MESSAGE_ID.fullmatch(message.message_id):
        # It is written as it is: what other headers encode would end the line here.
        raise Leak("the Message-ID holds more than letters, digits and marks")
    if message.to.count("@") != 1 or any(mark in message.to for mark in ",; <>"):
        raise Leak("a message goes to exactly one address")
    if facts.reference and facts.reference.lower() in message.subject.lower():
        raise Leak("the subject names the case")
    allowed = {link for link in (facts.link, facts.set_up_link) if link}
    for found in _URL.findall(message.text) + _URL.findall(message.html):
        if found not in allowed:
            raise Leak("the text holds a link that is not the one link")
    _no_forbidden_words(message, facts, forbidden)


def _no_forbidden_words(message: Message, facts: Facts, forbidden: Iterable[str]) -> None:
    said = "\n".join((message.subject, message.text, message.html)).lower()
    # The partnership and its office sign every mail; they are not what is being protected.
    for harmless in (facts.partnership_name, facts.service_name, facts.office_address, facts.role):
        said = said.replace(harmless.lower(), " ") if harmless else said
    words = frozenset(word.lower() for word in forbidden if word)
    if words and _any_of(words).search(said):
        raise Leak("the text names an agency or a person")


@lru_cache(maxsize=64)
def _any_of(words: frozenset[str]) -> re.Pattern[str]:
    """One pattern for all names of a directory, which is the same for every mail of a batch."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words)))})(?!\w)")
