"""What waits for whom: a person's own list, and the board office's worklist."""

from datetime import datetime

from sqlalchemy import select

from escalation.models import Case, Partnership
from escalation.models.types import AnyRow
from escalation.security import access
from escalation.security.permissions import BoardAct
from escalation.services import access_reviews, case_file, directory, drafts, offices
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit, of_account, reading
from escalation.services.views import MyWork, WorkRow
from notifications.message import Via
from workflows.vocabulary import AgencyKind, Phase, Side, Tier


def my_work(account: int) -> MyWork:
    """Everything that concerns a person, what waits for them first."""
    with reading(of_account(account)) as unit:
        rows = rows_of(unit, account, access.case_ids_of(unit.session, account, unit.now))
        held = directory.posts_of(unit.session, account, unit.now)
        running = [r for r in rows if r.phase is not Phase.CLOSED]
        return MyWork(
            waiting_for_me=tuple(r for r in running if r.waits_for_me),
            waiting_for_others=tuple(r for r in running if not r.waits_for_me),
            finished=tuple(r for r in rows if r.phase is Phase.CLOSED),
            drafts=drafts.rows_of(unit, account),
            named_professional=_named_professional(unit, account, held),
            may_raise=any(p.agency_kind != AgencyKind.BOARD for p in held),
            board_of=tuple(
                board.partnership
                for board in offices.boards_of_unit(unit, account)
                if BoardAct.READ_WORKLIST in board.acts
            ),
        )


def worklist(account: int, partnership: str) -> tuple[WorkRow, ...]:
    """Every running case of a partnership, by clock, for its board office and chair.

    Raises NotFound for a stranger, NotAllowed for everybody else.
    """
    with reading() as unit:
        owner = offices.require(unit, partnership, account, BoardAct.READ_WORKLIST)
        ids = unit.session.execute(
            select(Case.partnership_id, Case.id).where(
                Case.partnership_id == owner.id, Case.phase != Phase.CLOSED
            )
        )
        return tuple(rows_of(unit, account, [(row.partnership_id, row.id) for row in ids]))


def overdue_reviews(account: int, partnership: str) -> int:
    """How many access reviews are past their time, for who may see the worklist."""
    with reading() as unit:
        owner = offices.require(unit, partnership, account, BoardAct.READ_WORKLIST)
        return access_reviews.overdue(unit, owner.id)


def _named_professional(unit: Unit, account: int, held: tuple[directory.HeldBy, ...]) -> str | None:
    """Whom to talk to first: the safeguarding lead of the person's own agency."""
    for mine in held:
        known = directory.directory_of(unit.session, mine.partnership_id, [mine.agency_id], unit.now)
        post = known.find(mine.agency_id, Tier.LEAD, None)
        people = [p.name for p in known.whom_to_tell(post)[0] if p.account_id != account] if post else []
        if people and post:
            return f"{people[0]}, {post.title}"
    return None


def rows_of(unit: Unit, account: int, ids: list[tuple[int, int]]) -> list[WorkRow]:
    """Some cases (partnership, case) as lines of a list, what is due first. Whoever calls has asked whether
    they are for this person."""
    rows: list[WorkRow] = []
    for partnership in dict.fromkeys(owner for owner, _ in ids):
        of_one = [case for owner, case in ids if owner == partnership]
        name = unit.session.execute(
            select(Partnership.name).where(Partnership.id == partnership)
        ).scalar_one()
        files = case_file.load(unit.session, partnership, of_one, unit.now)
        rows += [_row(files[case], account, name, unit.now) for case in of_one]
    return sorted(rows, key=lambda r: (r.due is None, r.due or unit.now))


def _row(file: CaseFile, account: int, partnership: str, now: datetime) -> WorkRow:
    row, stage = file.row, file.protocol.stages[file.row.stage]
    mine = _waiting_for(file, account)
    main = _main_clock(mine or file.clocks, file)
    seat = file.seats()[main.waits_for] if main else None
    late = any(c.clock in file.lapsed or c.due_at < now for c in file.clocks)
    return WorkRow(
        public_id=row.public_id,
        reference=row.reference,
        partnership=partnership,
        raising_agency=file.agencies[file.parties[Side.RAISING]].name,
        challenged_agency=file.agencies[file.parties[Side.CHALLENGED]].name,
        stage_name=stage.name,
        phase=Phase(row.phase),
        due=main.due_at if main else None,
        zone=main.zone if main else "Europe/London",
        waits_for_title=seat.title if seat else "",
        waits_for_agency=seat.agency if seat else "",
        waits_for_me=bool(mine),
        moved_by_silence=row.moved_by_silence,
        unheld=seat is not None and seat.via is Via.VACANT,
        past_time=late,
        again=late and main is not None and main.due_at >= now,
        raised_by_me=row.raiser_id == account,
        stage_welsh=file.protocol.welsh.get(f"stage.{stage.id}", ""),
        words=file.protocol.words,
    )


def _waiting_for(file: CaseFile, account: int) -> tuple[AnyRow, ...]:
    """The clocks that wait for this person: on My work their own time counts, not somebody else's."""
    slots = file.slots_of(account)
    return tuple(c for c in file.clocks if _waits_for(file, c.clock, c.waits_for) & slots)


def _main_clock(clocks: tuple[AnyRow, ...], file: CaseFile) -> AnyRow | None:
    climbs = file.protocol.climbing(file.row.stage)
    ranked = sorted(clocks, key=lambda c: (c.clock not in climbs, c.due_at))
    return ranked[0] if ranked else None


def _waits_for(file: CaseFile, clock: str, owner: str) -> frozenset[str]:
    """Whose turn it is: the owner of the clock, and the slots that may answer for them."""
    known = file.protocol.clock(file.row.stage, clock)
    return frozenset({owner, *(known.waits_for if known else ())})
