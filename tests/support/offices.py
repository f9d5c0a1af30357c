"""People with an office in Northtown beside its posts: appointed as an operator appoints them."""

from sqlalchemy import text

from escalation.services import people
from escalation.services.unit import writing
from escalation.web.sign_in import password_hash
from tests.support import beyond
from tests.support.northtown import PASSWORD


def newcomer(name: str) -> int:
    """Somebody with an account, a password and no post; gives the account."""
    with writing() as unit:
        account = people.account_of(unit, f"{name}@demo.invalid", name.replace(".", " ").title())
    with beyond.engine().begin() as connection:
        connection.execute(
            text("UPDATE account SET password = :it WHERE id = :account"),
            {"it": password_hash(PASSWORD), "account": account},
        )
    return account


def appointed(name: str, office: str) -> int:
    """Somebody who has an office and no post; gives the account."""
    account = newcomer(name)
    with writing() as unit:
        unit.connection.execute(
            text(
                "INSERT INTO appointment (partnership_id, account_id, office, from_at)"
                " VALUES ((SELECT min(id) FROM partnership), :account, :office, :now)"
            ),
            {"account": account, "office": office, "now": unit.now.replace(tzinfo=None)},
        )
    return account
