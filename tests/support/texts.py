"""What people wrote, opened by the keys of the tests, for a test that looks at rows itself."""

from typing import Any

from sqlalchemy import Connection, select, text

from escalation.models import ReadEntry
from escalation.security import envelope
from escalation.security.keys import hold, of_partnership_key, vault_of
from escalation.security.sealing import Place, open_, unwrap
from escalation.services import sealed
from tests.support.settings import KEY

__all__ = ["opened", "opened_by_hand", "reasons", "rows_with_texts"]


def rows_with_texts(connection: Connection, query: str) -> list[Any]:
    """Rows of a query over statements, each as a dict, with `text` opened.

    It gives partnership_id, case_id, event_seq, field and text, and whatever else.
    """
    found = [dict(row) for row in connection.execute(text(query)).mappings()]
    for row in found:
        keys = envelope.of_case(connection, row["partnership_id"], row["case_id"])
        row["text"] = keys.open(_place(row), row["text"])
    return found


def opened(connection: Connection, service: Connection, query: str) -> list[Any]:
    """The same for a connection of the owner, with the keys that the service holds."""
    hold(connection.engine, vault_of(service))
    return rows_with_texts(connection, query)


def reasons(connection: Connection, service: Connection) -> list[str]:
    """Why somebody had something shown that is masked for them otherwise; `connection` is the owner's."""
    hold(connection.engine, vault_of(service))
    rows = connection.execute(select(*ReadEntry.__table__.c).where(ReadEntry.what == "identifiers")).all()
    return [
        envelope.of_case(connection, row.partnership_id, row.case_id).open(
            sealed.in_read_log(row.partnership_id, row.case_id, row.account_id, row.at), row.reason
        )
        for row in rows
    ]


def opened_by_hand(rows: list[Any], case_keys: list[Any], partnership_keys: list[Any]) -> list[Any]:
    """The same from rows that were read by other means, each as a dict."""
    from escalation.key_sources import parse

    top = parse([KEY])
    outer = {
        (r["partnership_id"], r["version"]): unwrap(
            top[r["wrapped_by"]], of_partnership_key(r["partnership_id"], r["version"]), r["wrapped"]
        )
        for r in partnership_keys
    }
    inner = {
        (r["partnership_id"], r["case_id"]): unwrap(
            outer[r["partnership_id"], r["wrapped_by"]],
            envelope.of_case_key(r["partnership_id"], r["case_id"], r["version"]),
            r["wrapped"],
        )
        for r in case_keys
    }
    return [
        {**r, "text": open_(inner[r["partnership_id"], r["case_id"]], _place(r), r["text"])} for r in rows
    ]


def _place(row: Any) -> Place:
    return sealed.in_statement(row["partnership_id"], row["case_id"], row["event_seq"], row["field"])
