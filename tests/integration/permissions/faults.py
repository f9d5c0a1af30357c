"""Checks that are taken away one at a time, to see that the looks from outside notice."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import bindparam, select

from escalation.models import Case, DraftRow
from escalation.models.asking import Asked
from escalation.security import access, permissions
from escalation.services import case_view, drafts, glass_review, offices
from escalation.web import policy

Spoil = Callable[[pytest.MonkeyPatch], None]


def _any_case(by: str) -> Asked:
    return Asked(
        select(Case.partnership_id, Case.id, Case.public_id).where(getattr(Case, by) == bindparam(by))
    )


def _a_case_is_anybodys(spoilt: pytest.MonkeyPatch) -> None:
    spoilt.setattr(access, "_ONE", _any_case("public_id"))


def _a_reference_is_anybodys(spoilt: pytest.MonkeyPatch) -> None:
    spoilt.setattr(access, "_BY_REFERENCE", _any_case("reference"))


def _everything_is_permitted(spoilt: pytest.MonkeyPatch) -> None:
    spoilt.setattr(case_view, "permitted", lambda *_: True)


def _everybody_reads_names(spoilt: pytest.MonkeyPatch) -> None:
    spoilt.setattr(case_view._View, "raiser_is_named", True)


def _nobody_signs_in(spoilt: pytest.MonkeyPatch) -> None:
    spoilt.setattr(policy, "need_of", lambda *_: policy.Need.NOTHING)


def _every_role_is_on_the_board(spoilt: pytest.MonkeyPatch) -> None:
    spoilt.setattr(offices, "permitted_in_board", lambda *_: True)


def _drafts_are_anybodys(spoilt: pytest.MonkeyPatch) -> None:
    def row(unit: Any, account: int, public_id: str, *, lock: bool = False) -> Any:
        query = select(*DraftRow.__table__.c).where(DraftRow.public_id == public_id)
        return unit.session.execute(query).one()

    spoilt.setattr(drafts, "_row", row)


def _anybody_reviews(spoilt: pytest.MonkeyPatch) -> None:
    spoilt.setattr(glass_review, "_reviews", lambda *_: True)


def _leadership_is_narrative(spoilt: pytest.MonkeyPatch) -> None:
    spoilt.setattr(case_view, "_READING", {})


def _masks_are_off(spoilt: pytest.MonkeyPatch) -> None:
    spoilt.setattr(
        case_view,
        "_READING",
        {**case_view._READING, case_view.FieldClass.IDENTIFIER: permissions.Act.READ_NARRATIVE},
    )


FAULTS: dict[str, Spoil] = {
    spoil.__name__.strip("_"): spoil
    for spoil in (
        _a_case_is_anybodys,
        _a_reference_is_anybodys,
        _everything_is_permitted,
        _everybody_reads_names,
        _nobody_signs_in,
        _every_role_is_on_the_board,
        _drafts_are_anybodys,
        _anybody_reviews,
        _leadership_is_narrative,
        _masks_are_off,
    )
}
