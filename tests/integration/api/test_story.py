"""One challenge through the door for machines, from the GP's concern to the follow-up."""

from collections.abc import Callable
from typing import Any

from tests.integration.api.conftest import Northtown

RunOut = Callable[[dict[str, Any]], None]


def test_a_challenge_goes_from_the_gp_to_the_board_and_is_closed(
    northtown: Northtown, time_runs_out: RunOut
) -> None:
    gp, lead, chair = northtown["amara.lewis"], northtown["priya.nair"], northtown["alan.meredith"]
    case = northtown.raised()
    assert case["phase"] == "manager"
    assert case["main"]["waits_for_title"] == "Clinical lead, paediatrics"

    supported = lead.move(lead.reads(case), "support", reasons="I saw the bruise too")
    assert supported.status_code == 200
    assert supported.get_json()["lead_view"] == "supports"

    owned = northtown["sam.okafor"].move(northtown["sam.okafor"].reads(case), "acknowledge")
    assert [s["standing"] for s in owned.get_json()["seats"] if s["mine"]] == ["owned"]

    time_runs_out(gp.reads(case))
    silent = gp.reads(case)
    assert silent["phase"] == "senior"
    moved = next(e for e in silent["events"] if e["kind"] == "moved_up")
    assert moved["codes"]["cause"] == "silence"
    assert moved["actor"] == ""

    kept = northtown["margaret.osei"].move(
        northtown["margaret.osei"].reads(case),
        "keep_decision",
        reasons="Two of us agree",
        would_change_mind="What the sibling said",
    )
    assert kept.get_json()["position"] == "kept"
    moved_up = gp.move(gp.reads(case), "escalate", reasons="The sibling was not asked")
    assert moved_up.get_json()["phase"] == "arbitration"

    decided = chair.move(
        chair.reads(case),
        "record_decision",
        decision="A second opinion is sought",
        reasons="The hospital did not have what the school knew",
        alternatives="Waiting for the next clinic",
        dissent="The medical director would have waited",
        changed="yes",
        outcome="The children stay with the grandmother",
    )
    assert decided.status_code == 200, decided.text
    assert decided.get_json()["phase"] == "provisional"

    closed = gp.move(gp.reads(case), "answer_follow_up", safer="yes", how_known="I saw them")
    assert closed.get_json()["phase"] == "closed"
    assert [row["public_id"] for row in gp.get("/cases").get_json()["finished"]] == [case["public_id"]]


def test_work_waits_for_whoever_owes_an_answer(northtown: Northtown) -> None:
    case = northtown.raised()
    waiting = northtown["sam.okafor"].get("/cases").get_json()
    assert [row["public_id"] for row in waiting["waiting_for_me"]] == [case["public_id"]]
    raised = northtown["amara.lewis"].get("/cases").get_json()
    assert [row["raised_by_me"] for row in raised["waiting_for_others"]] == [True]


def test_a_raised_concern_tells_where_it_is(northtown: Northtown) -> None:
    gp = northtown["amara.lewis"]
    answer = gp.post("/concerns", northtown.concern(urgency="today", safety="With the grandmother"))
    assert answer.status_code == 201
    found = gp.client.get(answer.headers["Location"]).get_json()
    assert found["public_id"] == answer.get_json()["public_id"]
    assert found["pace"] == "urgent"
    assert found["safety"]["text"] == "With the grandmother"


def test_what_is_not_ours_is_passed_on(northtown: Northtown) -> None:
    case = northtown.raised()
    manager = northtown["sam.okafor"]
    agencies = manager.get(f"/partnerships/{northtown.partnership}/agencies").get_json()
    care = next(a["public_id"] for a in agencies if a["kind"] == "social_care")
    passed = manager.move(manager.reads(case), "readdress", agency=care, reasons="They closed it")
    assert passed.status_code == 204, passed.text
    assert manager.get(f"/cases/{case['public_id']}").status_code == 404
    assert northtown["amara.lewis"].reads(case)["challenged_agency"] == "Northtown Children's Social Care"


def test_whoever_stands_aside_hears_that_it_is_done_however_often_it_is_sent(
    northtown: Northtown, time_runs_out: RunOut
) -> None:
    gp, chair = northtown["amara.lewis"], northtown["alan.meredith"]
    case = northtown.raised()
    for _ in ("manager", "senior"):
        time_runs_out(gp.reads(case))
    version = chair.reads(case)["version"]
    body = {"trigger": "recuse", "seen_version": version, "reasons": "I trained the consultant"}
    address = f"/cases/{case['public_id']}/moves"
    assert chair.post(address, body, key="aside-01").status_code == 204
    with northtown.unchanged():
        assert chair.post(address, body, key="aside-01").status_code == 204
        assert chair.post(address, body, key="aside-02").status_code == 404
    deputy = northtown["ruth.calloway"]
    assert deputy.reads(case)["phase"] == "arbitration"
