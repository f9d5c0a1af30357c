"""What is for another process: a machine hears where it goes, and however often it asks it counts once."""

from sqlalchemy import text

from tests.integration.api.conftest import Northtown
from tests.support import beyond, richer

KEY = "sent-elsewhere-1"


def _counted(northtown: Northtown) -> int:
    with northtown.app.app_context(), beyond.engine().connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM diversion")).scalar_one())


def _to_the_own_surgery(northtown: Northtown) -> dict[str, object]:
    with northtown.app.app_context():
        richer.publish(northtown.partnership)
    agencies = northtown["amara.lewis"].get(f"/partnerships/{northtown.partnership}/agencies").get_json()
    own = next(a["public_id"] for a in agencies if a["kind"] == "general_practice")
    return northtown.concern(agency=own)


def test_the_answer_says_where_it_goes_and_that_nothing_is_kept(northtown: Northtown) -> None:
    body = _to_the_own_surgery(northtown)
    answer = northtown["amara.lewis"].post("/concerns", body, key=KEY)
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (409, "elsewhere")
    assert problem["detail"].startswith("This goes to: Your own agency's procedure.")
    assert problem["detail"].endswith("that it went elsewhere is counted.")
    assert problem["elsewhere"]["destination"] == "Your own agency's procedure"
    assert problem["elsewhere"]["reason"] == "other_procedure"
    assert _counted(northtown) == 1


def test_sent_twice_it_is_the_same_answer_and_counts_once(northtown: Northtown) -> None:
    gp, body = northtown["amara.lewis"], _to_the_own_surgery(northtown)
    first = gp.post("/concerns", body, key=KEY)
    with northtown.unchanged():
        again = gp.post("/concerns", body, key=KEY)
        other = gp.post("/concerns", {**body, "request": "Something else"}, key=KEY)
    assert again.get_json() == first.get_json()
    assert other.get_json()["code"] == "sent_before"
    assert _counted(northtown) == 1
    assert gp.post("/concerns", body, key="sent-elsewhere-2").status_code == 409
    assert _counted(northtown) == 2
