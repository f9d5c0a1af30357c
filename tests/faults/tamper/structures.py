"""The mutations that take out, put in, swap, reorder and roll back, with as much covering up as one can."""

import json
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from escalation.models import Base
from escalation.security.chain import event_hash, text_digest
from escalation.security.seal_keys import SealKey
from escalation.security.seals import seal_hash, signed_bytes
from tests.faults.tamper.ground import Ground, Row
from tests.faults.tamper.mutations import Mutation, Statement


def of_rows(ground: Ground) -> Iterator[Mutation]:
    """All of them."""
    yield from _deleted(ground)
    yield from _swapped(ground)
    yield from _put_in(ground)
    yield from _rolled_back(ground)
    yield from _gone_altogether(ground)
    yield from _forged(ground)


def _delete(ground: Ground, table: str, row: Row) -> Statement:
    where, key = ground.where(table, row)
    return f'DELETE FROM "{table}" WHERE {where}', key


def _update(ground: Ground, table: str, row: Row, **values: Any) -> Statement:
    where, key = ground.where(table, row)
    changes = ", ".join(f'"{name}" = :{name}' for name in values)
    return f'UPDATE "{table}" SET {changes} WHERE {where}', {**values, **key}


def insert(table: str, row: Row) -> Statement:
    """A row put in."""
    names = ", ".join(f'"{name}"' for name in row)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(f":{n}" for n in row)})', dict(row)


def _deleted(ground: Ground) -> Iterator[Mutation]:
    events = ground.events_of_a_long_case()
    for where, event in (("first", events[0]), ("middle", events[len(events) // 2]), ("last", events[-1])):
        yield Mutation("delete an event", f"the {where} event", (_delete(ground, "event", event),))
    for table in ("statement", "read_log", "seal", "sealed_head", "sealed_read"):
        rows = ground.rows[table]
        for number in (0, len(rows) // 2, len(rows) - 1):
            yield Mutation(
                f"delete of {table}", f"row {number + 1}", (_delete(ground, table, rows[number]),),
                anchored=table == "seal" and number == len(rows) - 1,
            )  # fmt: skip


_OF_EVENTS: tuple[tuple[str, ...], ...] = (
    ("body",),
    ("body", "hash"),
    ("at", "kind", "actor_id", "slot", "body", "hash", "previous"),
)


def _swapped(ground: Ground) -> Iterator[Mutation]:
    events = ground.events_of_a_long_case()
    one, two = events[1], events[2]
    for columns in _OF_EVENTS:
        yield _exchange(ground, "event", one, two, columns)
    yield _renumbered(ground, events)
    for table, columns in (
        ("statement", ("text",)), ("read_log", ("account_id", "at")), ("read_log", ("what", "slot", "at")),
        ("seal", ("body", "hash", "signature", "root", "previous")), ("seal", ("signature",)),
        ("sealed_head", ("hash",)), ("sealed_read", ("hash",)), ("case", ("event_seq", "head")),
        ("case", ("raiser_id", "reference", "public_id")), ("case", ("stage", "phase")),
    ):  # fmt: skip
        pair = _differing(ground.rows[table], columns)
        if pair:
            yield _exchange(ground, table, *pair, columns)


def _differing(rows: Any, columns: tuple[str, ...]) -> tuple[Row, Row] | None:
    first = rows[0]
    other = next((r for r in rows if any(r[c] != first[c] for c in columns)), None)
    return (first, other) if other else None


def _exchange(ground: Ground, table: str, one: Row, two: Row, columns: tuple[str, ...]) -> Mutation:
    steps: list[Statement] = []
    if "public_id" in columns:
        steps.append(_update(ground, table, one, public_id="meanwhile", reference="meanwhile"))
    if "previous" in columns:
        steps.append(_update(ground, table, one, previous="meanwhile"))
    steps += [
        _update(ground, table, two, **{c: one[c] for c in columns}),
        _update(ground, table, one, **{c: two[c] for c in columns}),
    ]
    return Mutation(f"swap in {table}", f"{', '.join(columns)} of two rows", tuple(steps))


def _renumbered(ground: Ground, events: list[Row]) -> Mutation:
    """A case told backwards."""
    away = [_update(ground, "event", e, seq=e["seq"] + 1000) for e in events]
    back = [
        _update(ground, "event", {**e, "seq": e["seq"] + 1000}, seq=len(events) + 1 - e["seq"])
        for e in events
    ]
    return Mutation("reorder", "every event of a case, backwards", (*away, *back))


def _put_in(ground: Ground) -> Iterator[Mutation]:
    events = ground.events_of_a_long_case()
    last, case = events[-1], _case(ground, events[0])
    forged = _after(last, last["body"])
    yield Mutation(
        "insert", "an event at the end, and the case row does not know", (insert("event", forged),)
    )
    yield Mutation(
        "insert", "an event at the end dated back, and the case row knows",
        (insert("event", forged), _update(ground, "case", case, event_seq=forged["seq"], head=forged["hash"])),
    )  # fmt: skip
    yield Mutation("insert", "an event in the middle, with what follows told anew", _between(ground, events))
    said = next(s for s in ground.rows["statement"] if s["case_id"] == last["case_id"])
    yield Mutation("insert", "a statement", (insert("statement", {**said, "field": "dissent"}),))
    read = ground.rows["read_log"][0]
    newest = max(r["id"] for r in ground.rows["read_log"])
    yield Mutation("insert", "a reading dated back", (insert("read_log", {**read, "id": newest + 7}),))


def _after(last: Row, body: str) -> dict[str, Any]:
    seq = last["seq"] + 1
    digest = event_hash(last["partnership_id"], last["case_id"], seq, last["hash"], body)
    return {**last, "seq": seq, "previous": last["hash"], "body": body, "hash": digest}


def _between(ground: Ground, events: list[Row]) -> tuple[Statement, ...]:
    """Every event after the second is written again behind a forged third, with hashes that are right."""
    case, told = _case(ground, events[0]), list(events[:2])
    for event in (events[1], *events[2:]):
        follows = _after(told[-1], event["body"])
        told.append({**event, **{name: follows[name] for name in ("seq", "previous", "hash")}})
    removed = [_delete(ground, "event", event) for event in events[2:]]
    made = [insert("event", event) for event in told[2:]]
    head = _update(ground, "case", case, event_seq=told[-1]["seq"], head=told[-1]["hash"])
    return (*removed, *made, head)


def _case(ground: Ground, event: Row) -> Row:
    return next(c for c in ground.rows["case"] if c["id"] == event["case_id"])


def _rolled_back(ground: Ground) -> Iterator[Mutation]:
    events = ground.events_of_a_long_case()
    case, before = _case(ground, events[0]), events[1]
    gone = tuple(_delete(ground, "event", event) for event in events[2:])
    head = _update(ground, "case", case, event_seq=before["seq"], head=before["hash"])
    of_case = {"case": case["id"], "seq": before["seq"]}
    heads = ("DELETE FROM sealed_head WHERE case_id = :case AND seq > :seq", of_case)
    said = ("DELETE FROM statement WHERE case_id = :case AND event_seq > :seq", of_case)
    yield Mutation("roll back a tail", "events alone, and the case row knows", (*gone, said, head))
    yield Mutation("roll back a tail", "with what was sealed of it", (heads, *gone, said, head))
    text = "the words of another case"
    first = next(s for s in ground.rows["statement"] if s["case_id"] == case["id"])
    yield Mutation("rewrite", "a case from its first event on", _rewritten(ground, events, first, text))


def _rewritten(ground: Ground, events: list[Row], said: Row, text: str) -> tuple[Statement, ...]:
    """Other words, and every hash of the case made right again."""
    steps, head = [_update(ground, "statement", said, text=text)], "0" * 64
    for event in events:
        body = json.loads(event["body"])
        if event["seq"] == said["event_seq"]:
            body["said"][said["field"]][1] = text_digest(text)
        written = json.dumps(body, sort_keys=True, separators=(",", ":"))
        digest = event_hash(event["partnership_id"], event["case_id"], event["seq"], head, written)
        steps.append(_update(ground, "event", event, body=written, previous=head, hash=digest))
        head = digest
    return (*steps, _update(ground, "case", _case(ground, events[0]), head=head))


OF_CASE = tuple(
    table.name
    for table in Base.metadata.sorted_tables
    if "case_id" in table.c and table.name != "sealed_head"
)


def _gone_altogether(ground: Ground) -> Iterator[Mutation]:
    case = {"case": ground.rows["case"][0]["id"]}
    rows = tuple((f'DELETE FROM "{table}" WHERE case_id = :case', case) for table in OF_CASE)
    itself: Statement = ('DELETE FROM "case" WHERE id = :case', case)
    heads: Statement = ("DELETE FROM sealed_head WHERE case_id = :case", case)
    reads: Statement = ("DELETE FROM sealed_read WHERE read_id NOT IN (SELECT id FROM read_log)", {})
    yield Mutation("drop a whole case", "with everything but its row", rows)
    yield Mutation("drop a whole case", "with its row", (*rows, itself))
    yield Mutation("drop a whole case", "with what was sealed of it", (*rows, itself, heads, reads))
    yield Mutation("drop every seal", "and everything sealed", _all_seals(), anchored=True)


def _all_seals() -> tuple[Statement, ...]:
    return tuple((f"DELETE FROM {table}", {}) for table in ("sealed_head", "sealed_read", "seal"))


def _forged(ground: Ground) -> Iterator[Mutation]:
    """Seals signed by somebody else: the last one alone, and all of them."""
    key = SealKey(Ed25519PrivateKey.generate())
    rows = ground.rows["seal"]
    yield Mutation(
        "forge a seal", "the last one, signed with another key", _signed(ground, rows[-1:], key, name=False)
    )
    yield Mutation(
        "forge a seal", "the last one, which names that key", _signed(ground, rows[-1:], key, name=True)
    )
    yield Mutation("forge a seal", "all of them, signed anew", _signed(ground, rows, key, name=True))


def _signed(ground: Ground, rows: Any, key: SealKey, *, name: bool) -> tuple[Statement, ...]:
    steps, previous = [], rows[0]["previous"]
    for row in rows:
        body = json.loads(row["body"]) | {"previous": previous}
        key_id = key.id if name else row["key_id"]
        written = json.dumps(body | {"key": key_id}, sort_keys=True, separators=(",", ":"))
        digest, signature = seal_hash(written), key.sign(signed_bytes(written))
        steps.append(
            _update(ground, "seal", row, body=written, hash=digest, signature=signature, key_id=key_id,
                    previous=previous)
        )  # fmt: skip
        previous = digest
    return tuple(steps)
