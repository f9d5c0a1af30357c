"""No password for somebody who comes once a year: they prove their work address with a one-time code.

    the five questions -> check -> who are you -> code -> sent            (a new concern)
    sign in with a code -> code -> my work                                (to follow it)

Before the proof nothing is shown but what was typed, and every answer is the same whether anybody is
known by that address or not. Afterwards the session goes no further than one's own challenges (`level`).
"""

import hashlib
import hmac
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from escalation.config import Settings
from escalation.errors import InvalidInput, NotFound
from escalation.schemas.myself import check_address, check_myself, check_where
from escalation.services import arrivals, newcomers, proofs, visitors
from escalation.services.arrivals import OWN, Place
from escalation.services.proofs import Asked, Purpose
from escalation.services.views import Draft
from escalation.web import desks, gone, level, sending
from escalation.web.layout import of_partnership, person
from escalation.web.sign_in import brake, is_own_path, parked

blueprint = Blueprint("by_code", __name__)

Page = str | Response | tuple[str, int]
_PROOF = "proof"
"""In the session: what was asked for in this browser, and its secret. Never the code."""


@blueprint.route("/sign-in/by-code", methods=["GET", "POST"])
def sign_in() -> Page:
    """An address, to which a code is sent: for whoever has raised a concern, and has no password."""
    if current_user.is_authenticated:
        return redirect(url_for("pages.work"))
    onward = request.values.get("next", "")
    onward = onward if is_own_path(onward) else ""
    if request.method == "GET":
        return render_template("by_code/sign_in.html", email="", errors={}, onward=onward)
    given = request.form.get("email", "")
    try:
        address = check_address(given)
    except InvalidInput as invalid:
        return render_template("by_code/sign_in.html", email=given, errors=invalid.errors, onward=onward), 422
    return _ask({"address": address, "purpose": Purpose.SIGN_IN, "next": onward})


@blueprint.route("/raise/unsent/you", methods=["GET", "POST"])
def who() -> Page:
    """Who are you? The last question, once the concern is written."""
    return _who(send=True)


@blueprint.route("/raise/unsent/later", methods=["GET", "POST"])
def who_later() -> Page:
    """The same, for somebody who finishes another time: then it is their draft."""
    return _who(send=False)


def _who(*, send: bool) -> Page:
    kept = desks.unsent()
    if kept is None:
        return redirect(url_for("raising.begin"))
    of_partnership(kept.partnership)
    agencies = {a.public_id: a.name for a in visitors.agencies(kept.partnership.public_id)}
    if request.method == "GET":
        return _ask_who(kept, agencies, {**kept.answers, **(parked(request.path) or {})}, {}, send=send)
    given = {name: request.form.get(name, "") for name in OWN}
    kept = desks.save(kept.public_id, given)
    try:
        said = check_myself(given, agencies)
    except InvalidInput as invalid:
        return _ask_who(kept, agencies, given, invalid.errors, send=send), 422
    desks.save(kept.public_id, said)
    place = kept.partnership.public_id
    return _ask({"address": said["own_email"], "purpose": Purpose.RAISE, "place": place, "send": send})


def _ask_who(
    kept: Draft, agencies: dict[str, str], answers: dict[str, str], errors: Any, *, send: bool
) -> str:
    return render_template(
        "by_code/who.html", draft=kept, agencies=agencies, answers=answers, errors=errors, send=send
    )


def _ask(wanted: dict[str, Any]) -> Page:
    """Sends a code, and keeps in the session what it is for."""
    before = session.get(_PROOF, {})
    session[_PROOF] = {**wanted, "browser": before.get("browser") or proofs.new_browser()}
    proofs.ask(_asked(session[_PROOF]))
    return redirect(url_for(".code"))


def _asked(kept: dict[str, Any]) -> Asked:
    settings: Settings = current_app.config["ESCALATION"]
    key = hmac.new(settings.secret_key.encode(), b"one-time codes", hashlib.sha256).digest()
    return Asked(
        address=kept["address"],
        purpose=Purpose(kept["purpose"]),
        browser=kept["browser"],
        key=key,
        place=kept.get("place"),
        network=brake.place(),
    )


@blueprint.route("/code", methods=["GET", "POST"])
def code() -> Page:
    """The code from the mail. Whatever is wrong with it, nothing that was typed before is lost."""
    kept = session.get(_PROOF)
    if kept is None:
        return render_template("by_code/elsewhere.html")
    if draft := desks.unsent():
        of_partnership(draft.partnership)
    if request.method == "GET":
        return _ask_code(kept, {})
    try:
        account = proofs.prove(_asked(kept), request.form.get("code", ""))
    except InvalidInput as invalid:
        return _ask_code(kept, invalid.errors), 422
    session.pop(_PROOF)
    return _arrive(account, kept)


def _ask_code(kept: dict[str, Any], errors: Any) -> str:
    digits, minutes = proofs.DIGITS, int(proofs.LASTS.total_seconds() // 60)
    raising = kept["purpose"] == Purpose.RAISE
    return render_template(
        "by_code/code.html", kept=kept, errors=errors, digits=digits, minutes=minutes, raising=raising
    )


@blueprint.post("/code/again")
def again() -> Page:
    """Another code to the same address; the first one still works, should it come after all."""
    kept = session.get(_PROOF)
    if kept is None:
        return redirect(url_for(".code"))
    proofs.ask(_asked(kept))
    flash("Another code is on its way. Any of the codes that come within their time works.")
    return redirect(url_for(".code"))


def _arrive(account: int, kept: dict[str, Any]) -> Page:
    """The address is proved: its owner comes in, and what they had written with them."""
    active = proofs.is_active(account)
    draft = desks.move_to(account) if kept["purpose"] == Purpose.RAISE else None
    if not active:
        return _shut_out(account, draft, kept)
    level.sign_in_by_code(account)
    if draft is None:
        return redirect(kept.get("next") or url_for("pages.work"))
    if kept.get("send"):
        return sending.send(draft)
    flash("It is kept as your draft. To go on with it, sign in with a code.")
    return redirect(url_for("pages.work"))


def _shut_out(account: int, draft: str | None, kept: dict[str, Any]) -> Page:
    """Somebody whose way in was ended: the board office lets them in again, or does not."""
    waits = draft is not None and bool(kept.get("send"))
    if draft is not None and waits:
        arrivals.take_place(account, draft)
    return render_template("by_code/ended.html", waits=waits, places=visitors.partnerships())


@blueprint.route("/raise/<draft>/agency", methods=["GET", "POST"])
def agency(draft: str) -> Page:
    """For which of the agencies that share this domain? Or for none of them."""
    kept = desks.load(draft)
    of_partnership(kept.partnership)
    chosen = request.form.get("own_agency", "")
    if request.method == "POST" and chosen == "other":
        arrivals.wait_for_office(person(), kept.public_id, kept.answers.get("own_agency", ""))
        return redirect(url_for(".waits", draft=kept.public_id))
    arrival = arrivals.take_place(person(), kept.public_id, agency=chosen or None)
    if arrival.place is Place.CHOOSE:
        wrong = {"own_agency": ["Select where you work"]} if request.method == "POST" else {}
        choices = {a.public_id: a.name for a in arrival.choices}
        page = render_template("by_code/agency.html", draft=kept, choices=choices, errors=wrong)
        return (page, 422) if wrong else page
    return sending.send(kept.public_id) if request.method == "POST" else redirect(url_for("pages.work"))


@blueprint.route("/raise/<draft>/where", methods=["GET", "POST"])
def where(draft: str) -> Page:
    """Where does somebody work who has proved an address, and has not said so yet?"""
    kept = desks.load(draft)
    of_partnership(kept.partnership)
    agencies = {a.public_id: a.name for a in visitors.agencies(kept.partnership.public_id)}
    if request.method == "GET":
        return render_template("by_code/where.html", draft=kept, agencies=agencies, answers={}, errors={})
    given = {name: request.form.get(name, "") for name in ("own_agency", "own_role")}
    try:
        said = check_where(given, agencies)
    except InvalidInput as invalid:
        page = render_template(
            "by_code/where.html", draft=kept, agencies=agencies, answers=given, errors=invalid.errors
        )
        return page, 422
    return sending.send(desks.save(kept.public_id, said).public_id)


@blueprint.get("/raise/<draft>/waits")
def waits(draft: str) -> Page:
    """It waits for the board office, or was not let through: since when, and what to do meanwhile."""
    standing = newcomers.standing(person(), draft)
    if standing is None:
        return redirect(url_for("raising.check", draft=draft))
    of_partnership(standing.partnership)
    kept = desks.load(draft)
    typed = {name: text for name in gone.WRITTEN if (text := kept.answers.get(name, "").strip())}
    urgent = kept.answers.get("urgency") == "today"
    return render_template("by_code/waits.html", standing=standing, draft=kept, typed=typed, urgent=urgent)


@blueprint.post("/raise/<draft>/take-back")
def take_back(draft: str) -> Page:
    """Thinks better of it: nobody waits any more, and what was written is gone."""
    if newcomers.standing(person(), draft) is None:
        raise NotFound
    newcomers.take_back(person(), draft)
    flash("It is deleted. Nobody has read it.")
    return redirect(url_for("pages.work"))
