"""The board office's pages about who may raise without a password: newcomers who wait, and mail domains."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from escalation.errors import InvalidInput, NotFound
from escalation.services import drafts, mail_domains, newcomers, places, visitors
from escalation.services.newcomers import Why
from escalation.web import sending
from escalation.web.layout import of_partnership, person

blueprint = Blueprint("letting_in", __name__, url_prefix="/board")

Page = str | Response | tuple[str, int]
WHY = {
    Why.NOT_KNOWN: "The agency does not know them",
    Why.WRONG_AGENCY: "They work for another agency than they named",
    Why.PRIVATE_ADDRESS: "It is a private address, not one of their work",
    Why.BY_TELEPHONE: "It was settled by telephone",
}


@blueprint.get("/<partnership>/newcomers", endpoint="newcomers")
def who_wait(partnership: str) -> Page:
    """Who waits to be let in: name, address, agency, since when; and nothing of what they wrote."""
    rows = newcomers.who_wait(person(), partnership)
    _belongs_to(partnership)
    return render_template("board/newcomers.html", rows=rows, public_id=partnership)


@blueprint.route("/<partnership>/newcomers/<newcomer>", methods=["GET", "POST"])
def newcomer(partnership: str, newcomer: str) -> Page:
    """Lets one of them in, or says why not."""
    row = next((w for w in newcomers.who_wait(person(), partnership) if w.public_id == newcomer), None)
    if row is None:
        return _settled(partnership)
    _belongs_to(partnership)
    if request.method == "POST" and request.form.get("answer") == "admit":
        return _admit(partnership, row)
    if request.method == "POST" and request.form.get("answer") in [*Why]:
        newcomers.decline(person(), partnership, newcomer, Why(request.form["answer"]))
        flash("They are told by e-mail, with your telephone number.")
        return redirect(url_for(".newcomers", partnership=partnership))
    errors = {"answer": ["Say whether you let them in"]} if request.method == "POST" else {}
    page = render_template(
        "board/newcomer.html", row=row, errors=errors, public_id=partnership, why=WHY,
        anybodys=mail_domains.is_anybodys(row.domain),
    )  # fmt: skip
    return (page, 422) if errors else page


def _settled(partnership: str) -> Page:
    flash("Somebody else in your office has answered already.")
    return redirect(url_for(".newcomers", partnership=partnership))


def _admit(partnership: str, row: newcomers.Waiting) -> Page:
    """What they had sent is read here to be sent on, and shown to nobody."""
    account, draft = newcomers.to_send(person(), partnership, row.public_id)
    role, concern = "", None
    try:
        kept = drafts.load(account, draft or "")
        role, concern = kept.answers.get("own_role", ""), sending.concern_of(kept)
    except (NotFound, InvalidInput):
        concern = None
    domain = "domain" in request.form and not mail_domains.is_anybodys(row.domain)
    sent = newcomers.admit(person(), partnership, row.public_id, role=role, concern=concern, domain=domain)
    said = "Their concern was sent at once." if sent else "Their concern is a draft still: they were told."
    flash(f"{row.name} is let in. {said}")
    return redirect(url_for(".newcomers", partnership=partnership))


@blueprint.route("/<partnership>/mail-domains", methods=["GET", "POST"])
def domains(partnership: str) -> Page:
    """Whose addresses prove which agency; one more."""
    rows = mail_domains.known(person(), partnership)
    _belongs_to(partnership)
    given = {name: request.form.get(name, "") for name in ("domain", "agency")}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            mail_domains.add(person(), partnership, given["domain"], given["agency"])
            flash("It is on the list. Whoever proves an address of it may raise a concern from there.")
            return redirect(url_for(".domains", partnership=partnership))
        except InvalidInput as invalid:
            errors = dict(invalid.errors)
    agencies = {a.public_id: a.name for a in visitors.agencies(partnership)}
    page = render_template(
        "board/mail_domains.html", rows=rows, agencies=agencies, answers=given, errors=errors,
        public_id=partnership,
    )  # fmt: skip
    return (page, 422) if errors else page


@blueprint.post("/<partnership>/mail-domains/remove")
def remove_domain(partnership: str) -> Page:
    """Takes a domain off an agency."""
    domain, agency = request.form.get("domain", ""), request.form.get("agency", "")
    mail_domains.remove(person(), partnership, domain, agency)
    flash(f"{domain} is off the list. Whoever was let in by it stays.")
    return redirect(url_for(".domains", partnership=partnership))


def _belongs_to(partnership: str) -> None:
    for view in places.partnerships_of(person()):
        if view.public_id == partnership:
            of_partnership(view)
