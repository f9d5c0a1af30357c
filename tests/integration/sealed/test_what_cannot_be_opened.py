"""Texts that were copied, cut off, put in by hand or whose key is not here: refused, and the page works without."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from escalation import key_sources
from escalation.app import create_app
from escalation.errors import ConfigurationError, Refused
from escalation.extensions import db
from escalation.schemas.case import CaseSchema
from escalation.security.envelope import NOT_HERE, Unopened
from escalation.security.sealing import is_sealed
from escalation.services import drafts, work
from tests.integration.sealed.conftest import WRITTEN, Town
from tests.support import beyond
from tests.support.settings import KEY

OTHER = key_sources.written(1, bytes(range(32)))
SECOND = key_sources.written(2, bytes(range(1, 33)))
OF_FIELD = "(SELECT text FROM statement WHERE field = :other ORDER BY case_id LIMIT 1)"


def test_no_text_stands_open_and_everybody_reads_as_before(town: Town) -> None:
    case = town.raises()
    town.answers(case, "The findings stand")
    kept = town.rows("SELECT field, text FROM statement")
    assert len(kept) >= 6
    assert all(is_sealed(text) for _, text in kept)
    view = town.seen(case)
    assert {name: view.written[name].text for name in WRITTEN} == WRITTEN
    assert view.replies[0].written[0].text in ("The findings stand", "A second scan")


@pytest.mark.parametrize(
    "meddling",
    [
        f"UPDATE statement SET text = {OF_FIELD} WHERE field = :field",
        "UPDATE statement SET text = substr(text, 1, length(text) - 8) WHERE field = :field AND :other = :other",
        "UPDATE statement SET text = substr(text, 1, 20) WHERE field = :field AND :other = :other",
        "UPDATE statement SET text = replace(text, 'v1:1:', 'v1:2:') WHERE field = :field AND :other = :other",
        "UPDATE statement SET text = replace(text, 'v1:1:', 'v2:1:') WHERE field = :field AND :other = :other",
        "UPDATE statement SET text = 'Nothing happened' WHERE field = :field AND :other = :other",
        "UPDATE statement SET text = '' WHERE field = :field AND :other = :other",
    ],
)
def test_a_text_that_was_meddled_with_is_not_shown_and_the_rest_is(town: Town, meddling: str) -> None:
    case = town.raises()
    assert town.meddles(meddling, field="risk", other="decision") == 1
    view = town.seen(case)
    shown = {name: view.written[name].text for name in WRITTEN}
    assert shown == {**WRITTEN, "risk": NOT_HERE}
    assert isinstance(shown["risk"], Unopened)
    assert NOT_HERE in json.dumps(CaseSchema().dump(view))


def test_a_text_of_another_case_is_not_shown(town: Town) -> None:
    first, second = town.raises(risk="The first"), town.raises(risk="The second")
    town.meddles(
        "UPDATE statement SET text = (SELECT text FROM statement WHERE field = 'risk' ORDER BY case_id LIMIT 1) "
        "WHERE field = 'risk'"
    )
    assert town.seen(first).written["risk"].text == "The first"
    assert town.seen(second).written["risk"].text == NOT_HERE


def test_the_key_of_another_case_opens_nothing(town: Town) -> None:
    first, second = town.raises(), town.raises()
    town.meddles(
        "UPDATE case_key SET wrapped = (SELECT wrapped FROM case_key ORDER BY case_id LIMIT 1) WHERE version = 1"
    )
    assert town.seen(first).written["risk"].text == WRITTEN["risk"]
    assert town.seen(second).written["risk"].text == NOT_HERE


def test_without_its_key_a_case_is_there_and_takes_no_new_text(town: Town) -> None:
    case = town.raises()
    town.meddles("UPDATE case_key SET wrapped = substr(wrapped, 1, 60)")
    view = town.seen(case)
    assert {t.text for t in view.written.values()} == {NOT_HERE}
    assert view.person_reference == NOT_HERE
    before = town.rows("SELECT count(*) FROM statement")
    with pytest.raises(Refused) as refused:
        town.answers(case, "The findings stand")
    assert "nothing was kept" in refused.value.reason
    assert town.rows("SELECT count(*) FROM statement") == before


def test_with_another_key_at_the_top_pages_work_and_nothing_is_written_open(town: Town) -> None:
    case, draft = town.raises(), town.begins("what was typed")
    with town.with_other_keys(SECOND) as app:
        assert town.seen(case, app).written["risk"].text == NOT_HERE
        assert drafts.load(town.gp, draft).answers == {"decision": NOT_HERE}
        assert [row.public_id for row in work.my_work(town.gp).drafts] == [draft], "it is not lost"
        with pytest.raises(Refused, match="nothing is written over it"):
            drafts.save(town.gp, draft, {"risk": "something else"})
        with pytest.raises(Refused):
            drafts.start(town.gp, town.partnership)
    with town.app.app_context():
        assert drafts.load(town.gp, draft).answers == {"risk": "what was typed"}
    assert all(is_sealed(text) for (text,) in town.rows("SELECT answers FROM draft"))


def test_a_draft_cannot_be_given_to_somebody_else(town: Town) -> None:
    draft = town.begins("what was typed")
    town.meddles("UPDATE draft SET account_id = :lead", lead=town.lead)
    with town.app.app_context():
        assert drafts.load(town.lead, draft).answers == {"decision": NOT_HERE}


@pytest.mark.parametrize(
    ("keys", "words"), [((SECOND,), "key of version 1"), ((OTHER,), "is not the one under which")]
)
def test_the_start_is_refused_where_a_key_is_missing(town: Town, keys: tuple[str, ...], words: str) -> None:
    town.raises()
    with pytest.raises(ConfigurationError, match=words):
        create_app(replace(town.settings, keys=keys))
    with create_app(replace(town.settings, keys=(KEY, SECOND))).app_context():
        db.engine.dispose()


def test_what_was_there_before_is_believed_until_all_is_sealed(town: Town) -> None:
    case = town.raises()
    town.meddles("UPDATE statement SET text = 'from before' WHERE field = 'risk'")
    assert town.seen(case).written["risk"].text == NOT_HERE, "nothing was there before this service sealed"
    town.meddles("UPDATE installation SET sealed_at = NULL")
    with town.with_other_keys(KEY) as app:
        assert town.seen(case, app).written["risk"].text == "from before"


def test_a_text_is_sealed_once_and_never_changed(town: Town) -> None:
    """The owner of the tables is stopped as by a guard rail, but for sealing what stands open."""
    town.raises()
    with town.app.app_context():
        if beyond.engine().dialect.name == "sqlite":
            return
        refused = pytest.raises(DBAPIError, match="neither changed nor removed")
        with refused, beyond.engine().begin() as owner:
            owner.execute(text("UPDATE statement SET text = 'v1:2:' || text"))
    town.meddles("UPDATE statement SET text = 'from before' WHERE field = 'risk'")
    with town.app.app_context(), beyond.engine().begin() as owner:
        for change in ("text = 'later'", "field_class = 'F6'", "text = 'v1:1:x', field_class = 'F6'"):
            refused = pytest.raises(DBAPIError, match="neither changed nor removed")
            with refused, owner.begin_nested():
                owner.execute(text(f"UPDATE statement SET {change} WHERE field = 'risk'"))
        assert owner.execute(text("UPDATE statement SET text = 'v1:1:x' WHERE field = 'risk'")).rowcount == 1
