"""One case with its proof, for somebody who does not have the service. docs/record.md has the format."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from escalation.extensions import db
from escalation.models import Account, Case, Partnership
from escalation.models.types import AnyRow
from escalation.reporting.proof.rows import (
    EVENTS,
    HEADS,
    HEADS_BY_SEAL,
    READS,
    READS_BY_SEAL,
    SEALED_READS,
    SEALS,
    STATEMENTS,
    Table,
    instant,
    snapshot,
    stream,
)
from escalation.security import envelope, merkle, seals

FORMAT = "escalation-record-1"
_NAMES = {"at": "at_us", "text": "stored"}
"""Columns that have another name in an export."""


def of_case(reference: str, keys: Mapping[str, str]) -> dict[str, Any]:
    """Everything on record of a case, with the seals that cover it. Raises LookupError for an unknown one."""
    with db.engine.connect() as connection:
        places = connection.execute(select(Partnership.id, Partnership.public_id, Partnership.name)).all()
        connection.rollback()
    for place in places:
        with snapshot(db.engine, place.id) as connection:
            case = connection.execute(
                select(Case.id, Case.reference, Case.event_seq, Case.head).where(
                    Case.partnership_id == place.id, Case.reference == reference
                )
            ).first()
            if case is not None:
                return _exported(connection, place, case, keys)
    raise LookupError(f"there is no case {reference}")


def _exported(connection: Connection, place: AnyRow, case: AnyRow, keys: Mapping[str, str]) -> dict[str, Any]:
    def rows(table: Table) -> list[dict[str, Any]]:
        return list(_named(connection, table, place.id, case.id))

    events, reads = rows(EVENTS), rows(READS)
    proofs = _proofs(connection, place.id, case.id, {r["id"] for r in reads})
    people = {e["actor_id"] for e in events} | {r["account_id"] for r in reads}
    return {
        "format": FORMAT,
        "partnership": place._asdict(),
        "case": case._asdict(),
        "events": events,
        "statements": list(_readable(connection, place.id, case.id, rows(STATEMENTS))),
        "reads": reads,
        "people": _people(connection, people - {None}),
        "seals": _seals(connection, place.id, min((p["n"] for p in proofs), default=None)),
        "proofs": proofs,
        "public_keys": dict(keys),
    }


def _readable(
    connection: Connection, place: int, case: int, statements: Iterable[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Each as `stored`, which its event binds, and as a `text` to read: None where its key is not here."""
    keys = envelope.of_case(connection, place, case)
    for row in statements:
        where = envelope.in_statement(place, case, row["event_seq"], row["field"])
        shown = keys.shown(where, row["stored"])
        yield {**row, "text": None if isinstance(shown, envelope.Unopened) else shown}


def _named(connection: Connection, table: Table, place: int, case: int) -> Iterator[dict[str, Any]]:
    for row in stream(connection, table, place, case):
        named = dict(zip(table.columns, row, strict=True))
        named.pop("case_id", None)
        yield {_NAMES.get(name, name): _plain(name, table, value) for name, value in named.items()}


def _plain(name: str, table: Table, value: Any) -> Any:
    return instant(value) if name in table.instants else value


def _people(connection: Connection, accounts: set[Any]) -> dict[str, str]:
    rows = connection.execute(select(Account.id, Account.name).where(Account.id.in_(sorted(accounts))))
    return {str(row.id): row.name for row in rows}


def _seals(connection: Connection, place: int, first: int | None) -> list[dict[str, Any]]:
    """From the first that covers the case to the newest."""
    found = (dict(zip(SEALS.columns, row, strict=True)) for row in stream(connection, SEALS, place))
    return [
        {name: seal[name] for name in ("n", "body", "hash", "signature")}
        for seal in found
        if first is not None and seal["n"] >= first
    ]


def _proofs(connection: Connection, place: int, case: int, reads: set[int]) -> list[dict[str, Any]]:
    """For each sealed head and reading of the case: the path to the root of its seal."""
    wanted = {n for _, _, n, _ in stream(connection, HEADS, place, case)}
    wanted |= {n for read, n, _ in stream(connection, SEALED_READS, place) if read in reads}
    leaves: dict[int, list[tuple[dict[str, Any], bytes]]] = {n: [] for n in sorted(wanted)}
    for n, of, seq, digest in stream(connection, HEADS_BY_SEAL, place):
        if n in leaves:
            mine = {"n": n, "kind": "head", "seq": seq, "hash": digest} if of == case else {}
            leaves[n].append((mine, seals.leaf_of_head(place, of, seq, digest)))
    for n, read, digest in stream(connection, READS_BY_SEAL, place):
        if n in leaves:
            mine = {"n": n, "kind": "read", "id": read, "hash": digest} if read in reads else {}
            leaves[n].append((mine, seals.leaf_of_read(place, read, digest)))
    return [proof for of_seal in leaves.values() for proof in _paths(of_seal)]


def _paths(leaves: list[tuple[dict[str, Any], bytes]]) -> Iterator[dict[str, Any]]:
    data = [leaf for _, leaf in leaves]
    for index, (mine, _) in enumerate(leaves):
        if mine:
            yield {**mine, "path": [list(step) for step in merkle.path_of(data, index)]}
