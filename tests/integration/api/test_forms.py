"""The forms of a procedure at the door for machines: said with each action, sent beside the move's own answers."""

import pytest

from tests.integration.api.conftest import Northtown
from tests.support import richer


@pytest.fixture(autouse=True)
def spoken(northtown: Northtown) -> None:
    """Northtown under a procedure with forms."""
    with northtown.app.app_context():
        richer.publish(northtown.partnership, richer.SPOKEN)


def test_raising_without_its_form_is_refused_by_field_and_keeps_nothing(northtown: Northtown) -> None:
    gp = northtown["amara.lewis"]
    with northtown.unchanged():
        refused = gp.post("/concerns", northtown.concern(request=""))
    assert refused.status_code == 422
    assert set(refused.get_json()["errors"]) == {"request", "told/who"}
    with northtown.unchanged():
        unknown = gp.post("/concerns", northtown.concern(**{"told/who": "x", "told/what": "y"}))
    assert "told/what" in unknown.get_json()["errors"]


def test_an_action_says_which_form_it_asks_for_and_takes_it(northtown: Northtown) -> None:
    gp, manager = northtown["amara.lewis"], northtown["sam.okafor"]
    body, key = northtown.concern(**{"told/who": "The school nurse"}), "raised-with-a-form"
    case = gp.post("/concerns", body, key=key).get_json()
    assert gp.post("/concerns", body, key=key).get_json()["public_id"] == case["public_id"]
    assert case["words"]["stage"] == "step"
    assert case["welsh"]["stage.manager_review"] == "Adolygiad y rheolwr"

    (form,) = next(a["forms"] for a in case["actions"] if a["trigger"] == "escalate")
    assert (form["id"], form["version"]) == ("step", "2")
    asked = {f["name"]: f["required"] for f in form["fields"]}
    assert asked == {"step/open": True, "step/tried": False, "step/advice": False}

    with northtown.unchanged():
        refused = gp.move(case, "escalate", reasons="Now", **{"step/tried": "Calls"})
        numbers = gp.move(case, "escalate", reasons="Now", **{"step/open": 7})
        foreign = gp.move(case, "escalate", reasons="Now", **{"step/open": "x", "step/answer": "y"})
    assert refused.get_json()["errors"] == {"step/open": ["Answer: What is still open"]}
    assert numbers.get_json()["errors"] == {"step/open": ["What is still open must be text"]}
    assert foreign.get_json()["errors"] == {"step/answer": ["Unknown field."]}

    sent = {"trigger": "escalate", "seen_version": case["version"], "reasons": "Now"}
    sent |= {"step/open": "Where she sleeps", "step/advice": "Ask the school"}
    address = f"/cases/{case['public_id']}/moves"
    moved = gp.post(address, sent, key="moved-with-a-form")
    again = gp.post(address, sent, key="moved-with-a-form")
    assert (moved.status_code, again.status_code) == (200, 200)
    assert again.get_json()["version"] == moved.get_json()["version"]

    def texts(answer: dict[str, object]) -> dict[str, str]:
        events = answer["events"]
        assert isinstance(events, list)
        return {
            w["field"]: w["text"] for e in events for w in e["written"] if w["form"] == "Record of this step"
        }

    both = {"step@2/open": "Where she sleeps", "step@2/advice": "Ask the school"}
    assert texts(moved.get_json()) == both
    assert texts(manager.reads(case)) == {"step@2/open": "Where she sleeps"}


def test_a_stranger_learns_of_no_form(northtown: Northtown) -> None:
    body = northtown.concern(**{"told/who": "The school nurse"})
    case = northtown["amara.lewis"].post("/concerns", body).get_json()
    answer = northtown["leah.brooks"].move(case, "escalate", reasons="Now", **{"step/nothing": "x"})
    assert answer.status_code == 404
