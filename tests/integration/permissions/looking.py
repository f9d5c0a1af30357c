"""The looks that `make permissions` takes at the service from outside. Each gives what it asked and what is wrong."""

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.integration.permissions.people import (
    CANARY,
    DRAFT,
    NOBODY,
    NORTH,
    NOTES,
    PERSONS,
    WRITTEN,
    Ids,
    Towns,
)
from tests.integration.permissions.routes import BY_THEMSELVES, ENDS_SOMETHING, LET_IN
from tests.support.pages import without_tokens

_METHODS = ("GET", "POST")
_OUT = frozenset({401, 403, 404})


@dataclass
class Looked:
    """How much was asked, and every answer that was not as it should be."""

    asked: int = 0
    wrong: list[str] = field(default_factory=list)


def doors(towns: Towns) -> Iterator[tuple[Rule, str]]:
    """Every rule of the service with each of its methods."""
    for rule in sorted(towns.app.url_map.iter_rules(), key=lambda r: (r.endpoint, r.rule)):
        for method in _METHODS:
            known = (rule.endpoint, method) not in ENDS_SOMETHING
            if method in (rule.methods or ()) and known and not rule.endpoint.startswith(BY_THEMSELVES):
                yield rule, method


def unknown_doors(towns: Towns) -> list[str]:
    """Rules of which nobody has said who comes in, and rules that are not there any more."""
    there = {(rule.endpoint, method) for rule, method in doors(towns)}
    return sorted(f"{endpoint} {method}" for endpoint, method in there ^ set(LET_IN))


def every_door(towns: Towns, *, sample: float = 1.0, seed: int = 1) -> Looked:
    """Each person at each door of the first partnership's own things: let in or refused as is written."""
    looked, chance = Looked(), random.Random(seed)
    for rule, method in doors(towns):
        for person in PERSONS:
            if chance.random() >= sample:
                continue
            answer = ask(towns, person, method, path_of(towns, rule, towns.north))
            looked.asked += 1
            expected = person in LET_IN[rule.endpoint, method]
            if let_in(answer) is not expected:
                words = "let in" if let_in(answer) else "refused"
                looked.wrong.append(f"{person} is {words} at {method} {rule.rule} ({answer.status_code})")
    return looked


def foreign_ids(towns: Towns, *, sample: float = 1.0, seed: int = 1) -> Looked:
    """Each id of the other partnership in each place of the first, as each of its people: as if it were not there.

    The answer must be that for an id that nobody has, letter by letter.
    """
    looked, chance = Looked(), random.Random(seed)
    nothing = _nothing(towns.south)
    for rule, method in doors(towns):
        if not rule.arguments or rule.endpoint.endswith("static"):
            continue
        for person in (NOBODY, *NORTH):
            if chance.random() >= sample:
                continue
            for name in sorted(rule.arguments & set(_PLACES)):
                given = [
                    path_of(towns, rule, towns.north, **{name: getattr(ids, _PLACES[name])})
                    for ids in (towns.south, nothing)
                ]
                looked.asked += 1
                looked.wrong += _told_apart(towns, person, method, rule, name, given)
    return looked


def _told_apart(towns: Towns, person: str, method: str, rule: Rule, name: str, given: list[str]) -> list[str]:
    """How somebody can tell the two apart; asked again, because a page says until when a session lasts."""
    wrong = list[str]()
    for _ in range(3):
        there, not_there = (ask(towns, person, method, path) for path in given)
        wrong = list(_differences(person, f"{method} {rule.rule}", name, given, there, not_there))
        if not wrong:
            return []
    return wrong


_PLACES = {
    "agency": "agency", "newcomer": "draft", "public_id": "case", "case": "case", "partnership": "partnership", "draft": "draft",
    "reference": "reference", "diversion": "draft",
}  # fmt: skip
"""Which id belongs into a place of an address. (An agency's and a partnership's are tried in forms, too.)"""


def _nothing(like: Ids) -> Ids:
    return Ids(*(value[:-1] + ("A" if value[-1] != "A" else "B") for value in (
        like.partnership, like.agency, like.case, like.reference, like.draft, like.version
    )))  # fmt: skip


def _differences(
    person: str, door: str, name: str, given: list[str], there: TestResponse, not_there: TestResponse
) -> Iterator[str]:
    if let_in(there) and let_in(there) is not let_in(not_there):
        yield f"{person} is let in at {door} with the other partnership's {name}"
    bodies = [
        without_tokens(answer.text).replace(path, "").replace(path.rsplit("/", 1)[-1], "")
        for answer, path in zip((there, not_there), given, strict=True)
    ]
    if (there.status_code, bodies[0]) != (not_there.status_code, bodies[1]):
        yield f"{person} can tell at {door} that the other partnership's {name} is there"


def foreign_answers(towns: Towns) -> Looked:
    """Ids of the other partnership in forms and in JSON: refused, and nothing comes of them."""
    looked = Looked()
    draft = f"/raise/{towns.north.draft}"
    tries = (
        ("raiser", f"{draft}/2", {"agency": towns.south.agency, "role": "doctor"}, f"{draft}/check"),
        ("raiser", "/raise", {"partnership": towns.south.partnership}, None),
        ("challenged_manager", f"/cases/{towns.north.case}/readdress",
         {"agency": towns.south.agency, "reasons": "Theirs", "confirm": "1"}, None),
    )  # fmt: skip
    for person, path, answers, shown_at in tries:
        looked.asked += 1
        answer = ask(towns, person, "POST", path, answers)
        if answer.status_code < 300 or (answer.status_code == 302 and shown_at is None):
            looked.wrong.append(f"{person} sends the other partnership's id to {path}: {answer.status_code}")
        if shown_at and "Southtown" in ask(towns, person, "GET", shown_at).text:
            looked.wrong.append(f"{person} reads of the other partnership at {shown_at}")
    for body in (
        {"partnership": towns.south.partnership, "agency": towns.south.agency},
        {"partnership": towns.north.partnership, "agency": towns.south.agency},
    ):
        looked.asked += 1
        answer = towns.clients["raiser"].post(
            "/api/v1/concerns", json={**WRITTEN, "role": "doctor", **body},
            headers={"Idempotency-Key": f"foreign-{looked.asked}", "X-CSRFToken": towns.tokens["raiser"]},
        )  # fmt: skip
        if answer.status_code != 422:
            looked.wrong.append(f"a concern goes to the other partnership: {answer.status_code}")
    return looked


READS = {
    "f1": frozenset({"raiser", "raising_lead", "raising_head", "challenged_manager", "challenged_head"}),
    "f2": frozenset({"raiser", "raising_lead", "raising_head", "challenged_manager", "challenged_head", "coordinator"}),
    "f4": frozenset({"raiser", "raising_lead", "raising_head", "challenged_manager", "challenged_head", "coordinator"}),
    "f5": frozenset({"raiser"}),
    "f6": frozenset({"raiser", "raising_lead", "raising_head"}),
}  # fmt: skip
"""Who may read a field of each class, of this case in this stage (section 5.2)."""
NAMED = frozenset({"raiser", "raising_lead", "raising_head", "coordinator"})
"""Who may read who raised it, quietly."""


def canaries(towns: Towns, *, sample: float = 1.0, seed: int = 1) -> Looked:
    """Every page and answer that anybody can get, searched for words that are not theirs to read.

    Only when all of them are asked for is it known as well who does not read what they may.
    """
    looked, chance = Looked(), random.Random(seed)
    words = {**WRITTEN, "notes": NOTES, "draft": DRAFT}
    for person in PERSONS:
        everything = "".join(
            ask(towns, person, "GET", path_of(towns, rule, towns.north)).text
            for rule, method in doors(towns)
            if method == "GET" and not rule.endpoint.endswith("static") and chance.random() < sample
        )
        for name, word in words.items():
            looked.asked += 1
            kind = word[word.index(CANARY) + len(CANARY) :][:2]
            if (word in everything) and person not in READS[kind]:
                looked.wrong.append(f"{person} reads {name} ({kind})")
            may = person in READS[kind] and person != "raising_head"
            if word not in everything and may and sample == 1.0:
                looked.wrong.append(f"{person} does not read {name} ({kind})")
        looked.asked += 1
        if person not in NAMED and "Amara Lewis" in everything and person not in _KNOWS_DIRECTORY:
            looked.wrong.append(f"{person} reads who raised it")
    return looked


_KNOWS_DIRECTORY = frozenset({"chair", "administrator", "other_raiser", "other_coordinator", "other_chair"})
"""Who reads her name elsewhere: in the directory of posts; those of Southtown have an Amara Lewis of their own."""


def let_in(answer: TestResponse) -> bool:
    """Whether somebody came through the door: not out, and not sent to sign in."""
    to_sign_in = answer.status_code in (302, 303) and "/sign-in" in answer.headers.get("Location", "")
    return answer.status_code not in _OUT and not to_sign_in


def ask(
    towns: Towns, person: str, method: str, path: str, answers: dict[str, str] | None = None
) -> TestResponse:
    """One request of a person, with the token of their session where something is sent."""
    client, token = towns.clients[person], towns.tokens[person]
    if method == "GET":
        return client.get(path)
    if path.startswith("/api/"):
        body = (
            {"trigger": "say_safety", "safety": f"{CANARY}f2safety", "seen_version": 0}
            if path.endswith("/moves")
            else {}
        )
        key = secrets.token_urlsafe(16)
        return client.post(path, json=body, headers={"X-CSRFToken": token, "Idempotency-Key": key})
    if "/openings/" in path:
        answers = {"finding": "right", "note": "As the duty team says"}
    return client.post(path, data={"csrf_token": token, **(answers or {})})


def path_of(towns: Towns, rule: Rule, ids: Ids, **others: str) -> str:
    """The address of a rule with the ids of a partnership in its places."""
    values = {
        "public_id": ids.partnership if rule.endpoint == "api.agencies" else ids.case,
        "case": ids.case,
        "partnership": ids.partnership,
        "draft": ids.draft,
        "diversion": ids.draft,
        "reference": ids.reference,
        "number": 1,
        "seq": 1,
        "agency": ids.agency,
        "newcomer": ids.draft,
        "name": _NAMES.get(rule.endpoint, "tell_change"),
        "filename": "js/webauthn.js",
        "token": "x" * 40,
        **others,
    }
    with towns.app.test_request_context():
        built = towns.app.url_map.bind("localhost").build(
            rule.endpoint, {k: v for k, v in values.items() if k in rule.arguments}
        )
    return str(built)


_NAMES = {
    "pages.static": "service.css", "procedures.show": "four-stage-2026.1",
    "procedures.picture": "four-stage-2026.1", "procedures.try_out": "four-stage-2026.1",
}  # fmt: skip
