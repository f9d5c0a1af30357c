"""The newest seal stands on the measures and in their files, as on the export of a case, and checks the record."""

import csv
import io
import json
from dataclasses import replace

from escalation.reporting import exports, measures, newest_seal
from escalation.reporting.reading import session
from tests.support import sealed_town
from tests.support.sealed_town import Town


def test_page_csv_and_json_carry_the_same_seal(town: Town) -> None:
    m = measures.board_measures(town.people["kate.rowan"], town.partnership)
    assert m.seal is not None
    assert m.seal.n == 3
    (anchor,) = sealed_town.anchors_of(m.seal.anchor)
    assert town.verified(anchors=(anchor,)).findings == []
    rows = {row[1]: row[2] for row in csv.reader(io.StringIO(exports.as_csv(m))) if "seal" in row[0]}
    assert (rows["number"], rows["root"]) == ("3", m.seal.root)
    assert rows["line to check it by"] == m.seal.anchor
    assert rows["made at"].startswith(m.seal.at.date().isoformat())
    held = json.loads(exports.as_json(m))["seal"]
    assert (held["n"], held["root"], held["anchor"]) == (3, m.seal.root, m.seal.anchor)
    assert held["at"] == m.seal.at.isoformat()


def test_where_nothing_is_sealed_it_is_said(town: Town) -> None:
    with session() as (opened, _):
        assert newest_seal.of(opened, 4711) is None
    m = replace(measures.board_measures(town.people["kate.rowan"], town.partnership), seal=None)
    assert "newest seal of the record,nothing is sealed yet" in exports.as_csv(m)
    assert json.loads(exports.as_json(m))["seal"] is None
