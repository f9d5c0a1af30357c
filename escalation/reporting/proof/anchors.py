"""Anchors: seals as they stand in mails, on paper, with somebody outside. The last word on what is there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from escalation.reporting.proof.findings import Report

_LINE = re.compile(r"escalation-seal\s+(\S+)\s+(\d{1,9})\s+([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Which seal of which partnership (its public id), and the hash that it had when it was sent out."""

    public_id: str
    n: int
    hash: str


def found_in(text: str) -> tuple[Anchor, ...]:
    """The anchors in a text, whatever else stands in it: whole mails can be pasted one after the other."""
    return tuple(Anchor(m[1], int(m[2]), m[3]) for m in _LINE.finditer(text))


def check(anchors: tuple[Anchor, ...], hashes: Mapping[int, str], name: str, report: Report) -> None:
    """The anchors of one partnership against its seals."""
    for anchor in anchors:
        report.anchors += 1
        where = f"{name}, seal {anchor.n}"
        if anchor.n not in hashes:
            report.broken(
                "anchor_gone", where, "it was sent out, and it is gone: the record went back in time"
            )
        elif hashes[anchor.n] != anchor.hash:
            report.broken("anchor", where, "it is not the seal that was sent out")
