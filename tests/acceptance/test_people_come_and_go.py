"""Somebody takes over a post, and somebody leaves: who sees a case changes at once, the record does not."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from escalation import clock
from escalation.errors import InvalidInput, NotFound, Refused
from escalation.services import leaving, people
from escalation.web import sign_in
from tests.acceptance.conftest import Visitor
from tests.acceptance.raised import raise_concern
from tests.support import beyond
from tests.support.mail_sink import MailSink
from tests.support.northtown import PASSWORD

Visit = Callable[[str], Visitor]
HEAD = "agency,kind,tier,line,title,name,email,holding\n"
CLINICAL_LEAD = 'Northtown Hospitals,hospital,manager,doctor,"Clinical lead, paediatrics"'
OKAFOR, MOREAU = "Dr Sam Okafor", "Dr Ines Moreau"


def imports(app: Flask, *lines: str, dry_run: bool = False, bring_back: bool = False) -> people.Imported:
    with app.app_context():
        return people.import_people(HEAD + "\n".join(lines), dry_run=dry_run, bring_back=bring_back)


def ends(app: Flask, name: str, *, dry_run: bool = False) -> leaving.Left:
    with app.app_context():
        return leaving.end(f"{name}@demo.invalid", dry_run=dry_run)


def count(app: Flask, what: str) -> int:
    with app.app_context(), beyond.engine().connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def directory_of(visit: Visit, northtown: str) -> str:
    return visit("kate.rowan").opens(f"/board/{northtown}/directory")


# ------------------------------------------------------------------------------ a new holder


NEW_LEAD = f"{CLINICAL_LEAD},Dr Una Moss,una.moss@demo.invalid,holder"
OUT = f"ends: {OKAFOR} as Clinical lead, paediatrics, Northtown Hospitals"


def test_a_dry_run_says_whom_a_new_holder_ends_and_changes_nothing(
    app: Flask, visit: Visit, northtown: str
) -> None:
    before = count(app, "account")
    assert imports(app, NEW_LEAD, dry_run=True).ended == [OUT]
    assert count(app, "account") == before
    assert OKAFOR in directory_of(visit, northtown)


def test_a_new_holder_ends_the_one_before_and_has_their_cases(
    app: Flask, visit: Visit, northtown: str
) -> None:
    case = raise_concern(visit("amara.lewis"))
    before = visit("sam.okafor")
    before.opens(case)
    done = imports(app, NEW_LEAD)
    assert (done.ended, done.accounts, done.holdings) == ([OUT], 1, 1)
    before.opens(case)
    assert before.path == "/sign-in", "whoever gains or loses a post signs in anew"
    visit("sam.okafor").opens(case, expect=404)
    page = directory_of(visit, northtown)
    assert "Dr Una Moss" in page
    assert OKAFOR not in page
    assert MOREAU in page, "the file names no deputy, so the deputy stays"
    with app.app_context(), beyond.engine().begin() as connection:
        connection.execute(
            text("UPDATE account SET password = :it WHERE email = 'una.moss@demo.invalid'"),
            {"it": sign_in.password_hash(PASSWORD)},
        )
    assert f"{case}/position" in visit("una.moss").opens(case)


def test_the_same_file_again_ends_nobody(app: Flask, northtown: str) -> None:
    imports(app, NEW_LEAD)
    again = imports(app, NEW_LEAD)
    assert (again.ended, again.holdings, again.unchanged) == ([], 0, 1)


def test_new_deputies_end_the_ones_before_and_stand_side_by_side(app: Flask, northtown: str) -> None:
    deputy = f"{CLINICAL_LEAD},{{0}},{{0}}@demo.invalid,deputy"
    done = imports(app, deputy.format("bo"), deputy.format("cy"))
    assert done.ended == [f"ends: {MOREAU} as deputy of Clinical lead, paediatrics, Northtown Hospitals"]
    assert imports(app, deputy.format("bo"), deputy.format("cy")).ended == []


def test_a_deputy_who_takes_over_deputises_no_more(app: Flask, northtown: str) -> None:
    done = imports(app, f"{CLINICAL_LEAD},{MOREAU},ines.moreau@demo.invalid,holder")
    assert done.ended == [OUT, f"ends: {MOREAU} as deputy of Clinical lead, paediatrics, Northtown Hospitals"]


def test_another_practitioner_ends_nobody(app: Flask, northtown: str) -> None:
    line = "Riverside Surgery,general_practice,practitioner,,GP,Dr Bo,bo@demo.invalid,holder"
    assert imports(app, line).ended == []


def test_the_dry_run_names_what_an_operator_should_look_at(app: Flask, northtown: str) -> None:
    notes = imports(
        app,
        "Northtown Ambulance,ambulance,head,,Director of care,Di Ash,di.ash@demo.invalid,holder",
        "Northtown Ambulance,ambulance,chair,,Chair,,,",
        "Northtown Ambulance,ambulance,practitioner,teacher,Trainer,Di Ash,di.ash@demo.invalid,holder",
        "Northtown Police,school,head,,Superintendent for public protection,,,",
        "Riverside Surgery,general_practice,practitioner,,GP,Amara Lewis,amara.lewis@demo.invalid,holder",
        dry_run=True,
    ).notes
    assert notes == [
        "line 3: only a board has a post of tier chair; nothing is asked of this one",
        "line 4: is there a teacher line in an agency of kind ambulance?",
        "line 6: amara.lewis@demo.invalid is 'Dr Amara Lewis' here and stays so; if 'Amara Lewis' is somebody "
        "else, they need an address of their own",
        "Northtown Police: kind is police here and is not changed by the file",
        "Riverside Surgery has no line manager: what is asked of them reaches the board office",
        "Northtown Police has no safeguarding lead: what is asked of them reaches the board office",
        "Northtown Ambulance has no safeguarding lead and no line manager: what is asked of them reaches the "
        "board office",
        "vacant: Superintendent for public protection, Northtown Police",
        "vacant: Chair, Northtown Ambulance",
    ]  # fmt: skip


# ------------------------------------------------------------------------------ somebody moves


MOVES = (
    'Northtown Hospitals,hospital,manager,doctor,"Clinical lead, paediatrics",'
    "Dr Sam Okafor,sam.okafor@demo.invalid,ends",
    "Riverside Surgery,general_practice,manager,,Practice partner,Dr Sam Okafor,sam.okafor@demo.invalid,holder",
)


def test_one_file_moves_somebody_and_their_open_pages_close_with_it(
    app: Flask, visit: Visit, northtown: str
) -> None:
    case = raise_concern(visit("amara.lewis"))
    lead, other = visit("sam.okafor"), visit("kate.rowan")
    lead.opens(case)
    done = imports(app, *MOVES)
    assert (done.ended, done.holdings, done.accounts) == ([OUT], 1, 0)
    lead.opens("/work")
    assert lead.path == "/sign-in", "what they may see has changed: they sign in anew"
    visit("sam.okafor").opens(case, expect=404)
    other.opens("/work")
    assert other.path == "/work", "nobody else is signed out"


def test_the_same_move_again_changes_nothing_and_ends_no_page(
    app: Flask, visit: Visit, northtown: str
) -> None:
    imports(app, *MOVES)
    lead = visit("sam.okafor")
    again = imports(app, *MOVES)
    assert (again.ended, again.holdings, again.unchanged) == ([], 0, 2)
    lead.opens("/work")
    assert lead.path == "/work"


def test_nobody_is_moved_whom_nobody_knows(app: Flask, northtown: str) -> None:
    with pytest.raises(InvalidInput, match="nobody here has the address"):
        imports(app, "Northtown Police,police,head,,Superintendent for public protection,Bo,bo@x.org,ends")
    with pytest.raises(InvalidInput, match="who holds this post no more"):
        imports(app, "Northtown Police,police,head,,Superintendent for public protection,,,ends")


# ------------------------------------------------------------------------------ somebody leaves


PROOFS = {
    "passkey": "(user_id, credential_id, public_key, backup_state, device_type, create_datetime,"
    " lastuse_datetime, name, usage) VALUES (:it, :key, :key, :no, 'single', :now, :now, 'my key', 'first')",
    "identity": "(issuer, subject, account_id, linked_at, used_at) VALUES ('i', 's', :it, :now, :now)",
    "address_proof": "(public_id, email, code_hash, browser_hash, sent_at, expires_at)"
    " VALUES ('p', 'des.conroy@demo.invalid', 'c', 'b', :now, :now)",
    "appointment": "(partnership_id, account_id, office, from_at)"
    " VALUES ((SELECT min(id) FROM partnership), :it, 'inspector', :now)",
    "declared_interest": "(partnership_id, account_id, agency_id, from_at)"
    " SELECT partnership_id, :it, min(agency_id), :now FROM membership GROUP BY partnership_id",
}


def test_no_proof_of_who_they_were_is_left_of_somebody_who_leaves(app: Flask, northtown: str) -> None:
    with app.app_context(), beyond.engine().begin() as connection:
        now = clock.read(connection).now
        if connection.dialect.name == "sqlite":
            now = now.strftime("%Y-%m-%dT%H:%M:%S.%f")
        values = {"it": _id(app), "key": b"k", "no": False, "now": now}
        for table, row in PROOFS.items():
            connection.execute(text(f"INSERT INTO {table} {row}"), values)
        connection.execute(
            text("UPDATE account SET tf_totp_secret = 's', tf_primary_method = 'authenticator',"
                 " totp_counter = 1, mf_recovery_codes = 'a,b', fs_webauthn_user_handle = 'h'"
                 " WHERE id = :it"),
            values,
        )  # fmt: skip
    left = ends(app, "des.conroy")
    assert left.ended[-1] == "Des Conroy as inspector of Northtown Safeguarding Partnership"
    for table in ("passkey", "identity", "address_proof"):
        assert count(app, table) == 0
    for table in ("appointment", "declared_interest"):
        assert count(app, f"{table} WHERE to_at IS NULL AND account_id = {_id(app)}") == 0
    columns = ("password", "tf_totp_secret", "tf_primary_method", "totp_counter", "mf_recovery_codes",
               "fs_webauthn_user_handle")  # fmt: skip
    left_over = " OR ".join(f"{column} IS NOT NULL" for column in columns)
    assert count(app, f"account WHERE NOT active AND ({left_over})") == 0


def test_who_is_ended_is_out_at_once_and_cannot_come_in_again(
    app: Flask, visit: Visit, northtown: str, mail_sink: MailSink
) -> None:
    manager = visit("des.conroy")
    with app.app_context():
        link = sign_in.set_up_link(_id(app))
    left = ends(app, "des.conroy")
    assert (left.ended, left.vacant, left.sessions) == (
        ("Des Conroy as Tenancy manager, Northtown Housing",),
        ("Tenancy manager, Northtown Housing",),
        1,
    )
    manager.opens("/work")
    assert manager.path == "/sign-in"
    again = Visitor(app.test_client())
    again.sends("/sign-in", {"email": "des.conroy@demo.invalid", "password": PASSWORD})
    assert again.path == "/sign-in"
    assert again.client.get(link.split("localhost")[1]).status_code == 302, "no page to set a password"
    again.sends("/password/reset", {"email": "des.conroy@demo.invalid"})
    assert count(app, "outbox WHERE name = 'password_reset'") == 0


def _id(app: Flask) -> int:
    with app.app_context(), beyond.engine().connect() as connection:
        return int(
            connection.execute(
                text("SELECT id FROM account WHERE email = 'des.conroy@demo.invalid'")
            ).scalar_one()
        )


def test_a_dry_run_of_leaving_says_it_all_and_changes_nothing(
    app: Flask, visit: Visit, northtown: str
) -> None:
    manager = visit("des.conroy")
    said = ends(app, "des.conroy", dry_run=True)
    assert "My work" in manager.opens("/work")
    assert ends(app, "des.conroy") == said


def test_a_vacated_post_is_shown_to_the_board_with_the_case_that_waits_for_it(
    app: Flask, visit: Visit, northtown: str
) -> None:
    raise_concern(visit("amara.lewis"))
    board = visit("kate.rowan")
    assert "vacant" not in board.opens(f"/board/{northtown}")
    left = ends(app, "sam.okafor")
    assert (left.vacant, left.deputised) == ((), ("Clinical lead, paediatrics, Northtown Hospitals",))
    assert ends(app, "ines.moreau").vacant == ("Clinical lead, paediatrics, Northtown Hospitals",)
    assert "vacant" in board.opens(f"/board/{northtown}")
    page = board.opens(f"/board/{northtown}/directory")
    row = page[page.index("Clinical lead, paediatrics") :]
    assert "vacant" in row[: row.index("</tr>")]


def test_the_record_keeps_who_they_were(app: Flask, visit: Visit, northtown: str) -> None:
    case = raise_concern(visit("amara.lewis"))
    lead = visit("priya.nair")
    lead.sends_checked(f"{case}/view", {"choice": "support", "reasons": "I agree"})
    left = ends(app, "amara.lewis")
    assert len(left.running) == 1, "a running case of theirs is named"
    ends(app, "priya.nair")
    page = visit("kate.rowan").opens(case)
    assert left.running[0] in page
    assert "Dr Amara Lewis" in page
    assert "Dr Priya Nair" in page


def test_what_was_owed_to_them_reaches_the_board_office_instead(
    app: Flask, visit: Visit, northtown: str, time_passes: Callable[..., None], mail_sink: MailSink
) -> None:
    raise_concern(visit("amara.lewis"))
    owed = count(app, "outbox WHERE state = 'owed'")
    ends(app, "amara.lewis")
    ends(app, "sam.okafor")
    assert count(app, "outbox WHERE state = 'failed' AND error = 'the person has left'") == 2
    time_passes(minutes=1)
    assert mail_sink.to("amara.lewis@demo.invalid") == ()
    assert mail_sink.to("sam.okafor@demo.invalid") == ()
    assert len(mail_sink.to("kate.rowan@demo.invalid")) > 2
    assert len(mail_sink.mails) >= owed


def test_the_last_of_a_board_office_is_named(app: Flask, northtown: str) -> None:
    assert ends(app, "kate.rowan").without_office


def test_an_unknown_address_and_somebody_ended_before_are_refused(app: Flask, northtown: str) -> None:
    with pytest.raises(NotFound, match=r"nobody here has the address nobody@demo\.invalid"):
        ends(app, "nobody")
    ends(app, "des.conroy")
    with pytest.raises(Refused, match=r"Des Conroy .* was ended already"):
        ends(app, "Des.Conroy")


BACK = "Northtown Housing,housing,manager,housing,Tenancy manager,Des Conroy,des.conroy@demo.invalid,holder"


def test_an_old_file_lets_nobody_in_who_was_ended(app: Flask, northtown: str) -> None:
    ends(app, "des.conroy")
    with pytest.raises(InvalidInput) as refused:
        imports(app, BACK)
    assert "was ended; take the line out" in refused.value.errors["line 2"][0]
    assert count(app, "account WHERE NOT active") == 1


def test_who_comes_back_sets_a_new_password(app: Flask, visit: Visit, northtown: str) -> None:
    ends(app, "des.conroy")
    done = imports(app, BACK, bring_back=True)
    assert "comes back: Des Conroy (des.conroy@demo.invalid)" in done.notes
    assert done.new_accounts == [_id(app)]
    assert count(app, "account WHERE active AND mail_ok AND password IS NULL") == 1


# ------------------------------------------------------------------------------ invitations


def test_whoever_has_no_password_yet_can_be_invited_later(app: Flask, northtown: str) -> None:
    new = imports(app, NEW_LEAD).new_accounts
    with app.app_context():
        assert people.without_password() == new
        assert people.without_password(["Una.Moss@demo.invalid"]) == new


def test_an_invitation_that_makes_no_sense_is_refused(app: Flask, northtown: str) -> None:
    ends(app, "des.conroy")
    asked = [f"{name}@demo.invalid" for name in ("nobody", "des.conroy", "sam.okafor")]
    with app.app_context(), pytest.raises(InvalidInput) as refused:
        people.without_password(asked)
    words = [refused.value.errors[address][0] for address in asked]
    assert ["nobody here" in words[0], "was ended" in words[1], "has a password" in words[2]] == [True] * 3
