"""Every mail stands in the catalogue, has its words, reaches somebody, and says nothing it must not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.audience import Moment, owed
from notifications.catalogue import CATALOGUE, WITHOUT_MAIL, Entry, mail_names
from notifications.compose import compose
from notifications.message import Facts, Message, Person, Seat, Via
from notifications.redaction import Leak, check
from workflows.events import Event, EventKind
from workflows.vocabulary import Side

FACTS = Facts(
    service_name="Professional challenge",
    partnership_name="Northtown Safeguarding Partnership",
    zone="Europe/London",
    office_phone="020 7946 0019",
    office_hours="weekdays 9am to 5pm",
    office_address="office@northtown.invalid",
    link="https://northtown.invalid/c/NC-26-7KD4Q",
    role="Clinical lead, paediatrics",
    reference="NC-26-7KD4Q",
    stage="Manager review",
    due=datetime(2026, 11, 25, 17, 0, tzinfo=UTC),
    next_holder="Medical director",
    waited_role="Clinical lead, paediatrics",
)
SLOTS = {
    "raiser": Side.RAISING,
    "raising_lead": Side.RAISING,
    "challenged_manager": Side.CHALLENGED,
    "challenged_head": Side.CHALLENGED,
    "business_manager": Side.BOARD,
}


def made(name: str, facts: Facts = FACTS, to: str = "somebody@northtown.invalid") -> Message:
    return compose(
        name, to=to, facts=facts, message_id="<1@northtown.invalid>", sender="challenge@northtown.invalid"
    )


@pytest.mark.parametrize("name", mail_names())
def test_every_mail_has_words_in_text_and_html(name: str) -> None:
    facts = (
        FACTS
        if any(e.event for e in CATALOGUE if e.name == name)
        else replace(FACTS, reference=None, due=None)
    )
    mail = made(
        name,
        replace(
            facts, set_up_link="https://northtown.invalid/password/reset/x" if not facts.reference else None
        ),
    )
    first = mail.text.splitlines()[0]
    assert 0 < len(first) <= 60, "the lock screen shows sixty characters"
    assert first in mail.html
    assert mail.subject
    assert "NC-26" not in mail.subject
    assert "None" not in mail.text


@pytest.mark.parametrize("welsh", ["", "Her uwch"])
def test_every_fact_has_a_line_of_its_own(welsh: str) -> None:
    lines = made("moved_up_next", replace(FACTS, stage_welsh=welsh)).text.splitlines()
    found = [
        line.partition(":")[0] for line in lines if line.startswith(("Ref", "Your role", "Stage", "Time"))
    ]
    assert found == ["Reference", "Your role", "Stage", "Time"]


@pytest.mark.parametrize("name", mail_names())
def test_a_mail_without_a_running_clock_reads_well_too(name: str) -> None:
    mail = made(name, replace(FACTS, due=None, next_holder=None, waited_role=None))
    assert "None" not in mail.text + mail.subject


def test_every_event_is_told_by_a_mail_or_has_a_reason_why_not() -> None:
    told = {entry.event for entry in CATALOGUE}
    assert set(EventKind) - told == set(WITHOUT_MAIL)


def test_the_time_is_written_in_the_zone_of_the_partnership() -> None:
    summer = replace(FACTS, due=datetime(2026, 7, 1, 16, 30, tzinfo=UTC))
    assert "Wednesday 1 July 2026 at 5:30pm" in made("reply_owed", summer).text


def test_an_urgent_mail_says_today_and_a_domain_may_have_a_prefix() -> None:
    mail = compose("reply_owed", to="a@nhs.net", facts=replace(FACTS, urgent=True), message_id="<1@x.invalid>",
                   sender="challenge@northtown.invalid", prefixes={"nhs.net": "[secure]"})  # fmt: skip
    assert mail.subject == "[secure] Today: A reply is due by Wednesday 25 November"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"subject": "About NC-26-7KD4Q"}, "subject names the case"),
        ({"subject": "a\r\nBcc: b@x.invalid"}, "control character"),
        ({"to": "a@x.invalid, b@x.invalid"}, "exactly one"),
        ({"text": "see https://elsewhere.invalid/x"}, "not the one link"),
        ({"text": "from Northtown Hospitals"}, "names an agency or a person"),
    ],
)
def test_what_must_not_leave_does_not(change: dict[str, str], rule: str) -> None:
    with pytest.raises(Leak, match=rule):
        check(replace(made("reply_owed"), **change), FACTS, {"Northtown Hospitals"})


@given(st.text(st.characters(max_codepoint=31), min_size=1, max_size=3))
def test_no_control_character_gets_into_a_header(control: str) -> None:
    with pytest.raises(Leak):
        check(replace(made("owned"), to=f"a{control}@x.invalid"), FACTS)


people = st.lists(st.builds(Person, st.integers(1, 6), st.booleans()), max_size=3).map(tuple)
entries = st.sampled_from([e for e in CATALOGUE if e.event])


@st.composite
def moments(draw: st.DrawFn) -> tuple[Moment, Entry]:
    entry = draw(entries)
    seats = {
        slot: Seat(slot, side, slot, "an agency", found, Via.HOLDER if found else Via.VACANT)
        for slot, side in SLOTS.items()
        for found in [draw(people)]
    }
    codes = {"waits_for": draw(st.sampled_from(sorted(SLOTS))), **entry.when}
    return (
        Moment(
            partnership=1,
            case=1,
            seq=1,
            event=Event(entry.event or EventKind.CLOSED, codes),
            phase=draw(st.sampled_from(sorted(entry.phases))),
            seats=seats,
            seated=("raiser", "raising_lead", "challenged_manager"),
            next_seated=("challenged_head",),
            took_part=tuple(SLOTS),
            raiser_slot="raiser",
            office_slot="business_manager",
            actor_account=draw(st.none() | st.integers(1, 6)),
            actor_side=draw(st.none() | st.sampled_from([Side.RAISING, Side.CHALLENGED])),
        ),
        entry,
    )


@given(moments())
def test_never_the_actor_and_never_twice(given_: tuple[Moment, Entry]) -> None:
    moment, _ = given_
    mails, _ = owed(moment)
    receipts = {e.name for e in CATALOGUE if e.receipt}
    assert all(m.account != moment.actor_account for m in mails if m.name not in receipts)
    assert len({m.account for m in mails}) == len(mails)
    assert len({m.dedupe_key for m in mails}) == len(mails)


@given(moments())
def test_never_nobody_a_mail_that_reaches_no_one_is_counted(given_: tuple[Moment, Entry]) -> None:
    moment, entry = given_
    mails, skipped = owed(moment)
    assert entry.name in {m.name for m in mails} | {s.name for s in skipped}


@given(moments())
def test_a_post_that_cannot_be_told_reaches_the_board_office(given_: tuple[Moment, Entry]) -> None:
    moment, _ = given_
    able = {p.account for s in moment.seats.values() for p in s.people if p.address_ok}
    office = {p.account for p in moment.seats["business_manager"].people}
    assert all(m.account in able | office for m in owed(moment)[0])
