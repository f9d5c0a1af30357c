"""The board's pages: what runs, what the figures say, who holds which post."""

from flask import Blueprint, Response, render_template, request

from escalation.errors import NotAllowed
from escalation.reporting import exports, measures, suppressed
from escalation.reporting import lookups as lookup_figures
from escalation.services import appointing, interests, newcomers, places, record_checks, work
from escalation.web import hours
from escalation.web.layout import of_partnership, person

blueprint = Blueprint("board", __name__, url_prefix="/board")


@blueprint.get("/<partnership>")
def worklist(partnership: str) -> str:
    """Every running case, by clock."""
    rows = work.worklist(person(), partnership)
    _belongs_to(partnership)
    # One heading stands over all rows: the board's own word, if their procedures agree on it.
    own = rows[0].words if rows and all(row.words == rows[0].words for row in rows) else {}
    return render_template(
        "board/worklist.html",
        rows=rows,
        own=own,
        late_reviews=work.overdue_reviews(person(), partnership),
        wait=newcomers.how_many_wait(person(), partnership),
        broken=record_checks.broken(person(), partnership),
        public_id=partnership,
    )


@blueprint.get("/<partnership>/measures", endpoint="measures")
def measures_page(partnership: str) -> str:
    """Are challenges made, answered and worth it?"""
    _belongs_to(partnership)
    try:
        figures = measures.board_measures(person(), partnership, request.args.get("period", ""))
    except NotAllowed:
        hidden = suppressed.measures_for(person(), partnership)
        return render_template("board/suppressed.html", m=hidden)
    return render_template("board/measures.html", m=figures, public_id=partnership)


@blueprint.get("/<partnership>/measures.csv")
def measures_csv(partnership: str) -> Response:
    """The same figures as a file."""
    figures = measures.board_measures(person(), partnership, request.args.get("period", ""))
    response = Response(exports.as_csv(figures), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="measures.csv"'
    return response


@blueprint.get("/<partnership>/measures.json")
def measures_json(partnership: str) -> Response:
    """The same figures for machines."""
    figures = measures.board_measures(person(), partnership, request.args.get("period", ""))
    return Response(exports.as_json(figures), content_type="application/json")


@blueprint.get("/<partnership>/directory")
def directory(partnership: str) -> str:
    """Posts, holders, deputies, and posts that nobody holds."""
    posts = places.posts(person(), partnership)
    agencies = places.working_times(person(), partnership)
    _belongs_to(partnership)
    lines = interests.in_partnership(person(), partnership)
    appointed = appointing.list_of(person(), partnership)
    return render_template(
        "board/directory.html",
        lines=lines,
        appointed=appointed,
        posts=posts,
        agencies=agencies,
        hours=hours,
        public_id=partnership,
    )


@blueprint.get("/<partnership>/lookups")
def lookups(partnership: str) -> str:
    """Look-ups that a privacy officer may want to ask about."""
    report = lookup_figures.report(person(), partnership)
    _belongs_to(partnership)
    return render_template(
        "board/lookups.html",
        r=report,
        broken=record_checks.broken(person(), partnership),
        public_id=partnership,
    )


def _belongs_to(partnership: str) -> None:
    for view in places.partnerships_of(person()):
        if view.public_id == partnership:
            of_partnership(view)
