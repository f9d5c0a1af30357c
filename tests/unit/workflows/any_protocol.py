"""Any valid protocol, drawn at random: ladders of one to five stages with clocks, gates, caps and paces."""

from typing import Any

from hypothesis import strategies as st

from workflows import loader
from workflows.building import protocol_of
from workflows.layers import Layered, Origin
from workflows.protocol import Protocol
from workflows.vocabulary import Urgency

UNITS = ("minutes", "hours", "working_hours", "working_days", "calendar_days", "weeks")
ENDS = ("climb", "repeat", "hold", "unsatisfactory")
SLOTS = [
    {"id": "raiser", "side": "raising", "tier": "practitioner", "title": "Raiser"},
    {"id": "lead", "side": "raising", "tier": "lead", "title": "Lead"},
    {"id": "manager", "side": "challenged", "tier": "manager", "title": "Manager"},
    {"id": "office", "side": "board", "tier": "office", "title": "Office"},
]
ASKED = (["manager"], ["lead"], ["lead", "manager"], ["manager", "lead"], ["raiser"])
"""Whom a stage may wait for: any of them may turn out to be empty."""
EVERYWHERE = [
    {"do": "tell_change", "by": ["raiser", "lead", "manager"]},
    {"do": "say_safety", "by": ["raiser"]},
    {"do": "withdraw", "by": ["raiser"], "to": "closed"},
    {"do": "record_dissent", "by": ["raiser", "manager"]},
    {"do": "pause", "by": ["office"]},
    {"do": "resume", "by": ["office", "lead"]},
    {"do": "extend", "by": ["office"]},
    {"do": "set_time", "by": ["raiser"]},
]


@st.composite
def budgets(draw: st.DrawFn, paces: list[str]) -> dict[str, str]:
    """An amount for each pace, never more for a faster one."""
    unit = draw(st.sampled_from(UNITS))
    counts = sorted((draw(st.integers(1, 12)) for _ in paces), reverse=True)
    return {pace: f"{count} {unit}" for pace, count in zip(paces, counts, strict=True)}


@st.composite
def stages(draw: st.DrawFn, number: int, last: bool, paces: list[str]) -> dict[str, Any]:
    """One stage of the ladder; from the last one there is no way up."""
    above = "settled" if last else f"s{number + 1}"
    ends = draw(st.sampled_from(ENDS[1:] if last else ENDS))
    asked = draw(st.sampled_from(ASKED))
    reply = {
        "id": "reply", "title": "Reply", "waits_for": asked, "budgets": draw(budgets(paces)),
        "on_expiry": ends, "stopped_by": ["keep_decision", "change_decision"],
        "protective": draw(st.booleans()), "negotiable": True, "from": draw(st.sampled_from(("entry", "raised"))),
    }  # fmt: skip
    reply |= {"repeat": "2 working_days"} if ends in ("repeat", "hold") else {}
    reply |= {"hold_for": ["office"]} if ends == "hold" else {}
    answer = {
        "id": "answer", "title": "Answer", "waits_for": draw(st.sampled_from((["raiser"], ["lead"]))),
        "budgets": draw(budgets(paces)),
        "starts_on": ["keep_decision", "change_decision"], "on_expiry": "repeat", "repeat": "1 working_days",
        "stopped_by": ["escalate", "agree_settlement"],
    }  # fmt: skip
    view = {
        "id": "view", "title": "View", "waits_for": ["lead"], "budgets": draw(budgets(paces)),
        "on_expiry": "record", "stopped_by": ["support"],
    }  # fmt: skip
    needs = draw(st.sampled_from(([], ["family_told"], ["second_person_agrees"])))
    moves = [
        {"do": "keep_decision", "by": ["manager"]},
        {"do": "change_decision", "by": ["manager"]},
        {"do": "propose_settlement", "by": ["raiser", "manager"]},
        {"do": "agree_settlement", "by": ["raiser", "manager"], "to": "settled", "conditions": ["proposal_from_other_side"]},
        {"do": "propose_time", "by": ["raiser", "manager"]},
        {"do": "agree_time", "by": ["raiser", "manager"]},
        {"do": "confirm", "by": ["lead"]},
        {"do": "support", "by": ["lead"]},
        *([{"do": "readdress", "by": ["manager"]}] if asked[0] == "manager" else []),
        {"do": "escalate", "by": ["raiser", "lead"], "to": above, "needs": needs},
        *([{"do": "time_out", "to": above}] if ends == "climb" else []),
        *([{"do": "return_down", "by": ["manager"], "to": f"s{number - 1}"}] if number else []),
    ]  # fmt: skip
    return {
        "id": f"s{number}", "name": f"Stage {number}", "phase": draw(st.sampled_from(("informal", "manager", "senior"))),
        "seats": ["lead", "manager"], "clock": [reply, answer, *([view] if draw(st.booleans()) else [])], "move": moves,
        "gate": [{"id": "family_told", "by": ["lead"]}, {"id": "second_person_agrees", "by": ["lead"]}],
    }  # fmt: skip


ENDING = [
    {
        "id": "settled", "name": "Settled", "phase": "provisional", "seats": ["lead"],
        "clock": [{
            "id": "ask", "title": "Ask", "waits_for": ["lead"], "budget": "30 calendar_days",
            "on_expiry": "repeat", "repeat": "1 weeks", "stopped_by": ["answer_follow_up"],
        }],
        "move": [{"do": "answer_follow_up", "by": ["raiser", "lead"], "to": "closed"}],
    },
    {"id": "closed", "name": "Closed", "phase": "closed"},
]  # fmt: skip


@st.composite
def values(draw: st.DrawFn) -> dict[str, Any]:
    """What the TOML of a valid protocol would hold."""
    from datetime import date

    fast = draw(st.booleans())
    paces = ["usual", "fast"] if fast else ["usual"]
    slow = [str(u) for u in Urgency if not (fast and u is Urgency.TODAY)]
    count = draw(st.integers(1, 5))
    ladder = [draw(stages(number, number == count - 1, paces)) for number in range(count)]
    made: dict[str, Any] = {
        "key": "any", "version": "1", "title": "Any", "nation": draw(st.sampled_from(("ENG", "WLS", "SCT", "NIR"))),
        "review_by": date(2027, 1, 1), "source": "Drawn.", "slot": SLOTS, "move": EVERYWHERE,
        "pace": [{"id": "usual", "name": "Usual", "urgencies": slow, **({"on_risk_rise": "fast"} if fast else {})}],
        "stage": [*ladder, *ENDING],
    }  # fmt: skip
    if fast:
        made["pace"].append({"id": "fast", "name": "Fast", "urgencies": ["today"]})
    if count > 1 and draw(st.booleans()):
        made["cap"] = [{
            "id": "both", "title": "Both", "stages": ["s0"], "budget": "9 working_days", "on_expiry": "climb", "to": "s1",
            "waits_for": draw(st.sampled_from((["office"], ["lead"]))),
        }]  # fmt: skip
    return made


def protocols() -> st.SearchStrategy[Protocol]:
    """Valid protocols, loaded as a file would be."""
    return values().map(lambda v: protocol_of(loader.checked(Layered(v, {(): Origin("any", 1)}), "any")))
