"""The story this service exists for: from a GP's web form to the board's decision, through the pages."""

import pytest

from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.raised import CANARY
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import TimePasses
from tests.support.northtown import PASSWORD
from tests.support.pages import option, without_tokens


def raise_in_the_form(gp: Visitor, agency: str = "Northtown Hospitals", named: str = "me") -> str:
    """Goes through the five questions and sends; gives the path of the case."""
    gp.sends("/raise", {"start": "1"})
    draft = gp.path.rsplit("/", 1)[0]
    whom = gp.sends(f"{draft}/1", {"person_reference": f"TOD-17 {CANARY}"})
    gp.sends(f"{draft}/2", {"agency": option(whom, agency), "role": "doctor"})
    gp.sends(f"{draft}/3", {"decision": f"Called accidental {CANARY}"})
    gp.sends(f"{draft}/4", {"risk": f"A sibling has told school three times {CANARY}"})
    shown = gp.sends(f"{draft}/5", {"request": f"A second opinion {CANARY}"})
    assert "Clinical lead, paediatrics" in shown
    more = {"safety": f"With the grandmother {CANARY}", "urgency": "next_days", "named": named}
    sent = gp.sends(f"{draft}/check", more)
    assert "We have your concern" in sent
    return "/cases/" + gp.path.rsplit("/", 1)[1]


def test_a_challenge_is_raised_nobody_answers_and_the_board_decides(
    visit: Visit, time_passes: TimePasses, mail_sink: MailSink
) -> None:
    gp = visit("amara.lewis")
    case = raise_in_the_form(gp)
    assert "Waiting for Northtown Hospitals to reply" in gp.opens(case)
    lead_declines(visit("priya.nair"), case)
    assert "It goes on" in gp.opens(case)
    manager = visit("sam.okafor")
    assert "does not support" not in manager.opens(case), "the other side does not read the lead's view"

    time_passes(days=9)
    moved_up_by_itself(gp, manager, case)
    time_passes(days=7)
    assert "With the independent chair" in gp.opens(case)
    visit("margaret.osei").opens(f"{case}/record_decision", expect=409)

    assert "Moved up by itself" in gp.opens("/work")
    chair_decides(visit("alan.meredith"), case)
    assert "Moved up by itself" not in gp.opens("/work"), "the board moved it on"
    assert "Settled for now" in gp.opens(case)
    time_passes(days=25)
    answers_follow_up(gp, case)
    assert "Closed: the outcome is on record" in gp.opens(case)

    time_passes(minutes=1)
    no_mail_says_more_than_it_may(mail_sink)
    the_board_counts_it(visit("kate.rowan"))


def lead_declines(lead: Visitor, case: str) -> None:
    lead.opens(f"{case}/view")
    lead.sends_checked(f"{case}/view", {"choice": "decline_support", "reasons": f"I would wait {CANARY}"})


def moved_up_by_itself(gp: Visitor, manager: Visitor, case: str) -> None:
    page = gp.opens(case)
    assert "With heads of service on both sides" in page
    assert "Moved up by itself: nobody answered" in page
    assert "Did not answer" in manager.opens(case)


def chair_decides(chair: Visitor, case: str) -> None:
    chair.sends_checked(
        f"{case}/record_decision",
        {
            "decision": f"A second opinion is sought {CANARY}",
            "reasons": f"The hospital did not have what the school knew {CANARY}",
            "alternatives": f"Waiting {CANARY}",
            "dissent": f"The medical director {CANARY}",
            "changed": "yes",
            "outcome": f"Both children stay with the grandmother {CANARY}",
            "actions": "",
        },
    )


def answers_follow_up(gp: Visitor, case: str) -> None:
    answers = {"safer": "yes", "how_known": f"I saw them {CANARY}", "safe_to_raise": "yes"}
    gp.sends_checked(f"{case}/answer_follow_up", answers)


def no_mail_says_more_than_it_may(mail_sink: MailSink) -> None:
    assert len(mail_sink.mails) > 25
    for mail in mail_sink.mails:
        assert CANARY not in decoded(mail)
        assert "Northtown Hospitals" not in decoded(mail)


def the_board_counts_it(office: Visitor) -> None:
    measures = office.opens(next(p for p in office.opens("/work").split('"') if p.endswith("/measures")))
    assert "1 of 1 settled challenge changed a decision" in measures
    assert "2 times nobody answered" in measures


def test_a_reply_that_changes_the_decision_is_accepted_by_the_raiser(visit: Visit) -> None:
    gp = visit("amara.lewis")
    case = raise_in_the_form(gp)
    manager = visit("sam.okafor")
    manager.sends_checked(
        f"{case}/position", {"choice": "change_decision", "reasons": "We did not know this."}
    )
    assert "Decision changed" in gp.opens(case)
    gp.sends(f"{case}/agree_settlement", {"outcome": ""})
    refused = gp.sends(f"{case}/agree_settlement", {"outcome": "", "confirm": "1"}, expect=409)
    assert "Say what the outcome is" in refused
    gp.opens(case)
    gp.sends_checked(f"{case}/agree_settlement", {"outcome": "A second opinion is booked."})
    assert "Settled for now" in gp.opens(case)


def test_a_form_with_errors_comes_back_with_everything_typed(visit: Visit) -> None:
    gp = visit("amara.lewis")
    case = raise_in_the_form(gp)
    manager = visit("sam.okafor")
    page = manager.sends(
        f"{case}/position",
        {"choice": "keep_decision", "reasons": "Typed & kept", "would_change_mind": ""},
        expect=422,
    )
    assert "Error: " in page
    assert "Enter what would change your mind" in page
    assert "Typed &amp; kept" in page


def test_a_stranger_and_an_unknown_case_get_the_same_answer(visit: Visit) -> None:
    case = raise_in_the_form(visit("amara.lewis"))
    stranger = visit("leah.brooks")
    foreign = stranger.opens(case, expect=404)
    unknown = stranger.opens("/cases/" + "x" * 22, expect=404)
    assert without_tokens(foreign) == without_tokens(unknown)


def test_two_presses_on_send_make_one_move(visit: Visit) -> None:
    gp = visit("amara.lewis")
    case = raise_in_the_form(gp)
    gp.sends(
        f"{case}/tell_change", {"what_changed": "The father is back", "risk_rose": "no", "submission": "one"}
    )
    gp.opens(f"{case}/tell_change")
    gp.sends(
        f"{case}/tell_change", {"what_changed": "The father is back", "risk_rose": "no", "submission": "one"}
    )
    assert gp.opens(f"{case}/history").count("The father is back") == 1


@pytest.mark.parametrize("text", ["with a \x00 in it", "x" * 100_000])
def test_what_cannot_be_kept_is_refused_in_words(visit: Visit, text: str) -> None:
    gp = visit("amara.lewis")
    case = raise_in_the_form(gp)
    page = gp.sends(f"{case}/tell_change", {"what_changed": text, "risk_rose": "no"}, expect=422)
    assert "must" in page
    assert "something new" not in gp.opens(case)


def test_a_concern_at_the_wrong_door_is_passed_on_once(visit: Visit) -> None:
    gp = visit("amara.lewis")
    case = raise_in_the_form(gp)
    manager = visit("sam.okafor")
    form = manager.opens(f"{case}/readdress")
    police = option(form, "Northtown Police")
    manager.sends(f"{case}/readdress", {"agency": police, "reasons": "They closed the enquiry, not we."})
    manager.sends(
        f"{case}/readdress", {"agency": police, "reasons": "They closed it.", "confirm": "1"}, expect=200
    )
    assert "Waiting for Northtown Police to reply" in gp.opens(case)
    manager.opens(case, expect=404)


def test_what_was_typed_when_the_session_ended_is_there_after_sign_in(
    visit: Visit,
) -> None:
    gp = visit("amara.lewis")
    case = raise_in_the_form(gp)
    gp.opens(f"{case}/tell_change")
    gp.client.delete_cookie("session")
    page = gp.sends(f"{case}/tell_change", {"what_changed": "Typed before the end", "risk_rose": "no"})
    assert "what you typed is there again" in page
    back = gp.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": PASSWORD})
    assert gp.path == f"{case}/tell_change"
    assert "Typed before the end" in back
    assert "something new" not in gp.opens(case)
