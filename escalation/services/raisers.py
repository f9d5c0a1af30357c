"""Posts that people have by proving an address: they raise from them, and answer for nobody.

Their line is `directory.RAISES_ONLY`: no slot of any protocol is ever filled from one, and no case is read
through one. There is one for each agency and role.
"""

from sqlalchemy import func, insert, select

from escalation.models import Holding, Post
from escalation.models.places import HoldingKind
from escalation.services import directory, people
from escalation.services.unit import Unit
from workflows.vocabulary import Tier

LONGEST = 120
"""Of a name or a role, in characters."""


def admit(unit: Unit, account: int, partnership: int, agency: int, role: str) -> None:
    """Lets somebody raise from an agency, as what they say they are. Does nothing for who may already."""
    held = directory.posts_of(unit.session, account, unit.now)
    if any(p.partnership_id == partnership and p.agency_id == agency for p in held):
        return
    title = " ".join(role.split())[:LONGEST] or "Practitioner"
    post = _post(unit, partnership, agency, title) or people.post_of(
        unit, partnership, agency, Tier.PRACTITIONER, directory.RAISES_ONLY, title
    )
    # Written here, and nobody is signed out for it: there is nothing more to read than before.
    values = {
        "partnership_id": partnership,
        "post_id": post,
        "account_id": account,
        "kind": HoldingKind.HOLDER,
    }
    unit.session.execute(insert(Holding).values(**values, from_at=unit.now))


def _post(unit: Unit, partnership: int, agency: int, title: str) -> int | None:
    """The post of this title, however it is written."""
    return unit.session.execute(
        select(Post.id)
        .where(
            Post.partnership_id == partnership,
            Post.agency_id == agency,
            Post.line == directory.RAISES_ONLY,
            func.lower(Post.title) == title.lower(),
        )
        .order_by(Post.id)
        .limit(1)
    ).scalar_one_or_none()
