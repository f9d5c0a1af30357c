"""Binding second factors that were kept before they were bound to their account: in chunks, at will."""

from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, Text, and_, column, func, or_, select, table, update

from escalation.models import Installation
from escalation.models.types import AnyRow
from escalation.security import factor_secrets
from escalation.security.factor_secrets import FactorKeys
from escalation.services.unit import Unit, reading, writing

_ACCOUNT = table("account", column("id"), column("tf_totp_secret", Text), column("mf_recovery_codes", Text))
"""As it is written: the codes as one text, with commas between them."""
_SECRET, _CODES = _ACCOUNT.c.tf_totp_secret, _ACCOUNT.c.mf_recovery_codes


def bind(keys: FactorKeys, decrypt: Callable[[str], str | None], chunk: int) -> Iterator[tuple[str, int]]:
    """Binds every app's secret, hashes every recovery code; gives the table and how many after each chunk.

    `decrypt` opens a recovery code of before, or gives None: such a code is good for nothing, and is dropped.
    """
    while True:
        with writing() as unit:
            query = select(_ACCOUNT.c.id, _SECRET, _CODES).where(_unbound()).order_by(_ACCOUNT.c.id)
            rows = unit.session.execute(query.limit(chunk).with_for_update()).all()
            for row in rows:
                _bind(unit, row, keys, decrypt)
        if not rows:
            return
        yield "account", len(rows)


def all_bound() -> bool:
    """Whether `keys finish` has shown that every second factor is bound to its account."""
    with reading() as unit:
        return unit.session.execute(select(Installation.factors_bound_at)).scalar() is not None


def left(unit: Unit) -> int:
    """How many accounts have something that is not bound to them."""
    return unit.session.execute(select(func.count()).select_from(_ACCOUNT).where(_unbound())).scalar_one()


def _unbound() -> ColumnElement[bool]:
    return or_(
        and_(_SECRET.is_not(None), _SECRET.not_like("v1:%")), and_(_CODES != "", _CODES.not_like("h1:%"))
    )


def _bind(unit: Unit, row: AnyRow, keys: FactorKeys, decrypt: Callable[[str], str | None]) -> None:
    kept = row.mf_recovery_codes.split(",") if row.mf_recovery_codes else []
    plain = [decrypt(code) for code in kept if not factor_secrets.is_hashed(code)]
    codes = [code for code in kept if factor_secrets.is_hashed(code)]
    codes += [factor_secrets.hashed(keys, row.id, code) for code in plain if code is not None]
    secret = factor_secrets.bound(keys, row.id, row.tf_totp_secret) if row.tf_totp_secret else None
    unit.session.execute(
        update(_ACCOUNT)
        .where(_ACCOUNT.c.id == row.id)
        .values(tf_totp_secret=secret, mf_recovery_codes=",".join(codes) or None)
    )
