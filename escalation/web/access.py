"""Who has access, and who checks it: the quarterly lists of an agency's people, and their signing."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from escalation.errors import InvalidInput
from escalation.services import access_review
from escalation.services.submissions import new_key
from escalation.web.layout import person, submitted_key

blueprint = Blueprint("access", __name__, url_prefix="/board")
_LINE = "line-"


@blueprint.get("/<partnership>/access")
def index(partnership: str) -> str:
    """The lists that are this person's to sign, or were."""
    rows = access_review.reviews(person(), partnership)
    return render_template("board/access.html", rows=rows, public_id=partnership)


@blueprint.get("/<partnership>/access/<agency>")
def show(partnership: str, agency: str) -> str:
    """Everybody with a post in an agency, to be looked at one by one."""
    return _page(partnership, agency, {}, {})


@blueprint.post("/<partnership>/access/<agency>")
def sign(partnership: str, agency: str) -> str | Response | tuple[str, int]:
    """Signs the list; what ends, ends at once."""
    said = {k.removeprefix(_LINE): v for k, v in request.form.items() if k.startswith(_LINE)}
    try:
        access_review.sign(person(), partnership, agency, said, submitted_key())
    except InvalidInput as error:
        return _page(partnership, agency, said, error.errors), 422
    flash("Signed. What you ended has ended.")
    return redirect(url_for("access.index", partnership=partnership))


def _page(partnership: str, agency: str, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    found = access_review.review(person(), partnership, agency)
    return render_template(
        "board/access_review.html", r=found, said=said, errors=errors, key=new_key(), public_id=partnership
    )
