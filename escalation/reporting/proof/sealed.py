"""The seals of a partnership: their chain, roots, counts and signatures, and the readings that they cover."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from escalation.reporting.proof.findings import Broken, Report
from escalation.reporting.proof.rows import (
    HEADS_BY_SEAL,
    READS,
    READS_BY_SEAL,
    SEALED_READS,
    SEALS,
    Ahead,
    instant,
    stream,
)
from escalation.reporting.proof.times import Times
from escalation.security import merkle, seal_keys, seals
from escalation.security.chain import GENESIS


@dataclass(slots=True)
class _Counted:
    cases: int = 0
    events: int = 0
    reads: int = 0


class Seals:
    """Checks every seal of a partnership. `keys` are public keys by id; without any, no signature is."""

    def __init__(self, connection: Connection, partnership: int, keys: Mapping[str, str], report: Report):
        self._connection, self._partnership = connection, partnership
        self._keys, self._report = keys, report
        self._last_seq: dict[int, int] = {}
        self.hashes: dict[int, str] = {}

    def check(self, name: str, public_id: str) -> int | None:
        """All of them, in their order. Gives when the last one was made, in microseconds."""
        heads = Ahead(stream(self._connection, HEADS_BY_SEAL, self._partnership))
        reads = Ahead(stream(self._connection, READS_BY_SEAL, self._partnership))
        previous, counted, at, number = GENESIS, _Counted(), None, 0
        for row in stream(self._connection, SEALS, self._partnership):
            number += 1
            where = f"{name}, seal {row[0]}"
            leaves = self._leaves(row[0], heads, reads, counted)
            try:
                at = self._seal(row, number, previous, leaves, counted, public_id, where)
            except (ValueError, KeyError, TypeError) as error:
                words = str(error) if isinstance(error, Broken) else "its body cannot be read"
                self._report.broken("seal", where, words)
            previous, number = row[11], row[0]
            self.hashes[row[0]] = row[11]
            self._report.seals += 1
        if heads.next is not None or reads.next is not None:
            self._report.broken("seal_gone", name, "something is sealed by a seal that is not there")
        return at

    def _leaves(self, n: int, heads: Ahead[Any], reads: Ahead[Any], counted: _Counted) -> list[bytes]:
        leaves = []
        for _, case, seq, digest in self._of_seal(n, heads):
            before = self._last_seq.get(case, 0)
            self._last_seq[case] = seq
            counted.cases += before == 0
            counted.events += seq - before
            leaves.append(seals.leaf_of_head(self._partnership, case, seq, digest))
        for _, read, digest in self._of_seal(n, reads):
            counted.reads += 1
            leaves.append(seals.leaf_of_read(self._partnership, read, digest))
        return leaves

    def _of_seal(self, n: int, rows: Ahead[Any]) -> Iterator[Any]:
        while rows.next is not None and rows.next[0] <= n:
            row = next(rows)
            if row[0] == n:
                yield row
            else:
                self._report.broken("seal_gone", f"seal {row[0]}", "something names it, and it is not there")

    def _seal(
        self, row: Any, number: int, previous: str, leaves: list[bytes], counted: _Counted, public_id: str,
        where: str,
    ) -> int:  # fmt: skip
        made = seals.Seal(**json.loads(row[10]))
        if (row[0], made.previous) != (number, previous):
            raise Broken("it does not follow the seal before it")
        if made.body != row[10] or seals.seal_hash(row[10]) != row[11]:
            raise Broken("its hash is not that of its content")
        self._same(row, made, public_id)
        if (made.leaves, made.root) != (len(leaves), merkle.root_of(leaves)):
            raise Broken("its root is not that of what it covers")
        if (made.cases, made.events, made.reads) != (counted.cases, counted.events, counted.reads):
            raise Broken("its counts are not those of what it covers")
        self._signature(row, made, where)
        return made.at_us

    def _same(self, row: Any, made: seals.Seal, public_id: str) -> None:
        names = ("n", "at_us", "epoch", "root", "leaves", "cases", "events", "reads", "key", "previous")
        values = (row[0], instant(row[1]), *row[2:10])
        said = {**asdict(made)}
        wrong = [n for n, value in zip(names, values, strict=True) if said[n] != value]
        if wrong or (made.partnership, made.public_id) != (self._partnership, public_id):
            raise Broken(f"its columns differ from its body: {', '.join(wrong) or 'partnership'}")

    def _signature(self, row: Any, made: seals.Seal, where: str) -> None:
        public = self._keys.get(made.key)
        if public is None and self._keys:
            raise Broken(f"it is signed with the key {made.key}, which is none of ours")
        if public is None:
            self._report.incomplete(
                "no_key", where, "its signature cannot be checked: no public key is known"
            )
        elif not seal_keys.is_signed(public, row[12], seals.signed_bytes(row[10])):
            raise Broken("its signature is not that of the key that it names")


def check_reads(connection: Connection, partnership: int, report: Report, times: Times, name: str) -> None:
    """Every entry of the read log against what was sealed of it."""
    sealed = Ahead(stream(connection, SEALED_READS, partnership))
    for row in stream(connection, READS, partnership):
        report.reads += 1
        where = f"{name}, reading {row[0]}"
        for gone in _before(row[0], sealed):
            report.broken(
                "sealed_read_gone", f"{name}, reading {gone[0]}", f"seal {gone[1]} covers it, and it is gone"
            )
        try:
            if sealed.next is not None and sealed.next[0] == row[0]:
                _read(partnership, row, next(sealed))
            else:
                report.unsealed += 1
                times.check_unsealed(instant(row[6]), where)
        except ValueError as error:
            report.broken("reading", where, str(error) if isinstance(error, Broken) else "it cannot be read")
    for gone in sealed:
        report.broken(
            "sealed_read_gone", f"{name}, reading {gone[0]}", f"seal {gone[1]} covers it, and it is gone"
        )


def _before(number: int, sealed: Ahead[Any]) -> Iterator[Any]:
    while sealed.next is not None and sealed.next[0] < number:
        yield next(sealed)


def _read(partnership: int, row: Any, sealed: Any) -> None:
    number, case, account, slot, what, reason, at = row
    if seals.read_hash(partnership, number, case, account, slot, what, reason, instant(at)) != sealed[2]:
        raise Broken(f"it is not the reading that seal {sealed[1]} covers")
