"""Two partnerships in one database, and a person for each way in which somebody stands to a case of the first."""

from dataclasses import dataclass
from importlib.resources import files

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from escalation.models import Account
from escalation.services import concerns, drafts, moves, people, places, setting_up
from escalation.services.submissions import new_key
from escalation.services.unit import writing
from escalation.web.sign_in import password_hash
from tests.support import beyond, northtown
from tests.support.offices import appointed
from tests.support.pages import hidden_fields
from tests.support.signed_in import let_in
from workflows import commands as c
from workflows.loader import shipped, text_of

NOBODY = "nobody"
NORTH = {
    "raiser": "amara.lewis",
    "raising_lead": "priya.nair",
    "raising_head": "helen.marsh",
    "challenged_manager": "sam.okafor",
    "challenged_head": "margaret.osei",
    "coordinator": "kate.rowan",
    "chair": "alan.meredith",
    "recused": "ines.moreau",
    "practitioner": "nadia.khan",
    "lead": "owen.bright",
    "manager": "farah.aziz",
    "board_member": "board_member",
    "administrator": "administrator",
    "privacy_officer": "privacy_officer",
    "inspector": "inspector",
}
"""People of the first partnership, by how they stand to its case; the last four are appointed."""
SOUTH = {"other_raiser": "amara.lewis", "other_coordinator": "kate.rowan", "other_chair": "alan.meredith"}
PERSONS = (NOBODY, *NORTH, *SOUTH)

CANARY = "zebracanary"
WRITTEN = {
    "person_reference": f"T-{CANARY}f1", "decision": f"{CANARY}f4decision", "risk": f"{CANARY}f4risk",
    "request": f"{CANARY}f4request", "safety": f"{CANARY}f2safety", "attempts": f"{CANARY}f4attempts",
    "changed_lately": f"{CANARY}f4changed",
}  # fmt: skip
"""What the raiser writes: a word of its own in each field, with its class."""
NOTES, DRAFT, WITHDRAWAL = f"{CANARY}f6notes", f"{CANARY}f5draft", f"{CANARY}f3private"


@dataclass(frozen=True, slots=True)
class Ids:
    """Everything of a partnership by which something can be asked for."""

    partnership: str
    agency: str
    case: str
    reference: str
    draft: str
    version: str


@dataclass(frozen=True)
class Towns:
    """The service with both partnerships, and everybody's browser."""

    app: Flask
    north: Ids
    south: Ids
    clients: dict[str, FlaskClient]
    tokens: dict[str, str]


def lay_out(app: Flask) -> Towns:
    """Both partnerships with a case in the senior stage each, raised quietly, and everybody signed in."""
    with app.app_context():
        partnership = northtown.lay_out()
        for office in ("board_member", "administrator", "privacy_officer", "inspector"):
            appointed(office, office)
        other = _south()
        north, south = _story(partnership, "demo.invalid"), _story(other, "south.invalid")
    addresses = {person: f"{name}@demo.invalid" for person, name in NORTH.items()}
    addresses |= {person: f"{name}@south.invalid" for person, name in SOUTH.items()}
    clients = {person: _signed_in(app, address) for person, address in addresses.items()}
    clients[NOBODY] = app.test_client()
    tokens = {person: _token(client) for person, client in clients.items()}
    return Towns(app, north, south, clients, tokens)


def _south() -> str:
    made = setting_up.set_up(
        setting_up.NewPartnership(
            name="Southtown Safeguarding Partnership", service_name="Professional challenge",
            reference_prefix="SC", nation="ENG", zone="Europe/London", duty_phone="020 7946 0118",
            office_phone="020 7946 0119", office_hours="weekdays 9am to 5pm",
            office_address="board.office@south.invalid", administrator_name="Kate Rowan",
            administrator_email="kate.rowan@south.invalid", protocol=text_of(shipped()["four-stage-2026.1"]),
        )
    )  # fmt: skip
    file = files("escalation.demo").joinpath("people.csv").read_text(encoding="utf-8")
    file = file.replace("Northtown", "Southtown").replace("demo.invalid", "south.invalid")
    for name in ("Riverside Surgery", "Hillside Primary School"):
        file = file.replace(name, f"South {name}")
    people.import_people(file, "Southtown Safeguarding Partnership")
    with writing() as unit:
        unit.session.execute(update(Account).values(password=password_hash(northtown.PASSWORD)))
    return made.partnership


def _story(partnership: str, domain: str) -> Ids:
    """A quiet concern that is in the senior stage, and a draft of its raiser."""
    with beyond.engine().connect() as connection:
        rows = connection.execute(text("SELECT id, email FROM account")).all()
    ids = {row.email.partition("@")[0]: row.id for row in rows if row.email.endswith(domain)}
    raiser = ids["amara.lewis"]
    agencies = places.agencies_to_challenge(raiser, partnership)
    hospital = next(agency.public_id for agency in agencies if agency.kind == "hospital")
    new = concerns.NewConcern(partnership, hospital, "doctor", c.RaiseConcern(**WRITTEN), quiet=True)  # type: ignore[arg-type]  # all of them are text
    case = concerns.raise_concern(raiser, new, new_key())
    moves.make_move(case.public_id, ids["priya.nair"], c.DeclineSupport(reasons=NOTES), new_key())
    moves.make_move(case.public_id, raiser, c.Escalate(reasons=f"{CANARY}f4escalate"), new_key())
    draft = drafts.start(raiser, partnership)
    drafts.save(raiser, draft.public_id, {"person_reference": DRAFT, "decision": DRAFT})
    _stand_aside(case.public_id, ids["ines.moreau"])
    return Ids(partnership, hospital, case.public_id, case.reference, draft.public_id, "four-stage-2026.1")


def _stand_aside(case: str, account: int) -> None:
    with beyond.engine().begin() as connection:
        connection.execute(
            text(
                "INSERT INTO recusal (partnership_id, case_id, account_id, event_seq)"
                ' SELECT partnership_id, id, :account, 1 FROM "case" WHERE public_id = :case'
            ),
            {"account": account, "case": case},
        )


def _signed_in(app: Flask, address: str) -> FlaskClient:
    client = app.test_client()
    let_in(app, client, address)
    assert client.get("/work").status_code == 200, address
    return client


def _token(client: FlaskClient) -> str:
    page = client.get("/account", follow_redirects=True).text
    return hidden_fields(page)["csrf_token"]
