"""In whatever state an organisation is: every open case, old draft and failed mail has somebody and a place."""

import random
from datetime import timedelta

import pytest

from escalation.services import audit, case_file, digest, drafts, office_mail, outbox, work
from escalation.services.unit import across_partnerships, reading
from tests.integration.keeping.conftest import Keeper
from tests.support import northtown
from tests.support.databases import KINDS
from workflows.vocabulary import Phase

ORGANISATIONS = range(12)
KEPT = ("amara.lewis", "kate.rowan")
"""Who raises, and the board office: whoever empties that is told to fill it the same day."""


@pytest.mark.campaign
@pytest.mark.parametrize(
    ("database_kind", "seed"),
    [(KINDS[seed % 2], seed) for seed in ORGANISATIONS],
    indirect=["database_kind"],
)
def test_in_a_random_organisation_nothing_waits_unseen(keeper: Keeper, seed: int) -> None:
    chance = random.Random(seed)
    _cases_begin(keeper, chance)
    for _ in range(4):
        _people_go(keeper, chance)
        keeper.clock.move(days=chance.randint(0, 8), hours=chance.randint(0, 23))
        keeper.lets_jobs_run()
        _some_mails_come_back(keeper, chance)
        keeper.lets_jobs_run()
        _everything_is_seen(keeper)


def _cases_begin(keeper: Keeper, chance: random.Random) -> None:
    if chance.random() < 0.5:
        _people_go(keeper, chance)
    for _ in range(chance.randint(1, 3)):
        keeper.raises()
    with keeper.app.app_context():
        draft = drafts.start(keeper.gp, keeper.partnership)
        drafts.save(keeper.gp, draft.public_id, {"decision": "typed and not sent"})


def _people_go(keeper: Keeper, chance: random.Random) -> None:
    """Holdings end, accounts are closed, addresses stop working, whole agencies are left empty."""
    with keeper.app.app_context():
        ids = northtown.accounts()
    for name, account in ids.items():
        if name in KEPT:
            continue
        fate = chance.random()
        if fate < 0.2:
            keeper.does("UPDATE holding SET to_at = from_at WHERE account_id = :id", id=account)
        elif fate < 0.35:
            keeper.does("UPDATE account SET active = :no WHERE id = :id", id=account, no=False)
        elif fate < 0.5:
            keeper.does("UPDATE account SET mail_ok = :no WHERE id = :id", id=account, no=False)
    if chance.random() < 0.4:
        agency = chance.choice([row[0] for row in keeper.rows("SELECT id FROM agency WHERE kind <> 'board'")])
        keeper.does(
            "DELETE FROM holding WHERE account_id <> :gp AND post_id IN "
            "(SELECT id FROM post WHERE agency_id = :agency)",
            agency=agency,
            gp=keeper.gp,
        )


def _some_mails_come_back(keeper: Keeper, chance: random.Random) -> None:
    keeper.does("UPDATE outbox SET state = 'owed', next_at = owed_at WHERE state = 'sent' AND id % 5 = 0 "
                "AND case_id IS NOT NULL AND name <> 'mail_undeliverable'")  # fmt: skip
    with keeper.app.app_context():
        for row in outbox.claim(20, timedelta(minutes=2)):
            if chance.random() < 0.3:
                outbox.fail(row, "the server refused the recipient (550)", came_back=chance.random() < 0.5)
            else:
                outbox.sent(row, f"<{row.id}@northtown.invalid>")


def _everything_is_seen(keeper: Keeper) -> None:
    with keeper.app.app_context():
        office = northtown.accounts()["kate.rowan"]
        listed = {row.reference: row for row in work.worklist(office, keeper.partnership)}
        found = {finding.code for finding in audit.audit_the_clock(timedelta(days=9))}
        assert not found & {"nothing_runs", "deadline_missed", "set_aside", "record_and_case_differ"}
        with reading(across_partnerships("a test counts everything")) as unit:
            (place,) = [row[0] for row in keeper.rows("SELECT id FROM partnership")]
            cases = keeper.rows('SELECT id FROM "case" WHERE phase <> :closed', closed=Phase.CLOSED)
            files = case_file.load(unit.session, place, [case for (case,) in cases], unit.now)
            desk = set(office_mail.office_of(unit, place))
            assert desk, "somebody is told for the board office"
            for file in files.values():
                _case_is_seen(file, listed[file.row.reference], desk)
            told = digest.standing(unit, place)
        _failed_mails_are_seen(keeper)
        old = keeper.one("SELECT count(*) FROM draft")
        assert told.drafts in (0, old)
        assert any(row.public_id for row in work.my_work(keeper.gp).drafts) == bool(old)


def _case_is_seen(file: case_file.CaseFile, listed: work.WorkRow, desk: set[int]) -> None:
    seats = file.seats()
    assert file.clocks, "something runs out"
    assert listed.due is not None
    for clock in file.clocks:
        able = {person.account for person in seats[clock.waits_for].people if person.address_ok}
        assert able or desk, f"nobody is told for {clock.waits_for}"
        assert clock.due_at is not None


def _failed_mails_are_seen(keeper: Keeper) -> None:
    """Each stands in its case's record."""
    unseen = keeper.rows(
        "SELECT o.id FROM outbox o WHERE o.state = 'failed' AND o.case_id IS NOT NULL "
        "AND o.name <> 'mail_undeliverable' AND NOT EXISTS (SELECT 1 FROM event e WHERE e.case_id = o.case_id "
        "AND e.kind = 'mail_undeliverable')"
    )
    assert unseen == []
