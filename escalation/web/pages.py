"""The pages that belong to no case: start, my work, account, and those in the footer."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from escalation.services import door, glass, glass_review, places, work
from escalation.web.layout import person, send_static, session_end

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def start() -> str | AnyResponse:
    """What this is; somebody who is signed in goes to their work."""
    if current_user.is_authenticated:
        return redirect(url_for("pages.work"))
    return render_template("pages/start.html")


@blueprint.get("/work", endpoint="work")
def work_list() -> str:
    """What waits for me, what waits for others, my drafts."""
    return render_template(
        "work/work.html",
        work=work.my_work(person()),
        may_open=glass.may_open(person()),
        reviews=glass_review.reviews_in(person()),
    )


@blueprint.get("/account")
def account() -> str:
    """Who I am here, how I sign in, what happened with my account, and signing out."""
    return render_template(
        "pages/account.html",
        partnerships=places.partnerships_of(person()),
        happened=door.happened(person()),
    )


@blueprint.post("/session/stay")
def stay() -> dict[str, object]:
    """Stay signed in: being asked is enough. Says how long it lasts now, for the script that asked."""
    places_of_mine = places.partnerships_of(person()) if current_user.is_authenticated else ()
    return session_end(places_of_mine[0] if places_of_mine else None) or {"left": 0, "at": ""}


@blueprint.get("/help")
def help_page() -> str:
    """How it works, and whom to ask: also for somebody who cannot sign in."""
    return render_template("pages/help.html", only=places.only_partnership())


@blueprint.get("/accessibility")
def accessibility() -> str:
    """The accessibility statement."""
    return render_template("pages/accessibility.html")


@blueprint.get("/privacy")
def privacy() -> str:
    """What is kept, why, and who sees it."""
    return render_template("pages/privacy.html")


@blueprint.get("/cookies")
def cookies() -> str:
    """The one cookie there is."""
    return render_template("pages/cookies.html")


@blueprint.get("/static/<path:name>")
def static(name: str) -> Response:
    """Style sheets, scripts and pictures of the service."""
    return send_static(name)
