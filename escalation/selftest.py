"""`escalation selftest`: the whole story of one case on a temporary database, with a clock that is moved
and a mail server of its own. One line a step. What an operator runs after each installation.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from escalation import app as factory
from escalation import key_sources
from escalation.config import Settings
from escalation.demo import catcher, data
from escalation.errors import ConfigurationError, NotFound, Refused
from escalation.jobs import scheduler
from escalation.services import audit, cases, concerns, moves, moving_clock, places
from escalation.services.submissions import new_key
from escalation.services.views import CaseView
from workflows import commands as c
from workflows.events import EventKind
from workflows.vocabulary import Phase, Urgency

CANARY = "zebra-canary"
"""Stands in everything that is written; none of it may be in a mail."""

Say = Callable[[str], None]


class StepFailed(Exception):
    """A step did not come out as it should. The text says which and how."""


def run(database_url: str | None, say: Say) -> bool:
    """Plays the story and says each step. True when every step held."""
    with TemporaryDirectory() as folder, temporary_database(database_url, Path(folder)) as url:
        post = catcher.catch(Path(folder) / "mail", 0)
        try:
            settings = _settings(url, post.port)
            flask_app = factory.create_app(settings, migrating=True)
            with flask_app.app_context():
                factory.upgrade_database()
                _Story(flask_app, settings, catcher.Pigeonhole(Path(folder) / "mail"), say).play()
        except StepFailed as failure:
            say(f"FAILED  {failure}")
            return False
        finally:
            post.stop()
    say("every step held")
    return True


@contextmanager
def temporary_database(url: str | None, folder: Path) -> Iterator[str]:
    """A database of its own: a SQLite file, or a new database on the given PostgreSQL server."""
    if url is None or url.startswith("sqlite"):
        yield f"sqlite:///{folder / 'selftest.db'}"
        return
    name = f"escalation_selftest_{secrets.token_hex(4)}"
    server = _server(url)
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


def _server(url: str) -> Engine:
    try:
        server = create_engine(url, isolation_level="AUTOCOMMIT")
        server.connect().close()
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigurationError("--database-url is no address such as postgresql+psycopg://...") from error
    except OperationalError as error:
        raise ConfigurationError("nobody answers at --database-url, or not to this user") from error
    return server


def _settings(url: str, port: int) -> Settings:
    return Settings(
        database_url=url,
        secret_key=secrets.token_hex(32),
        password_salt=secrets.token_hex(32),
        public_base_url="https://selftest.invalid",
        trusted_hosts=("selftest.invalid",),
        testing=True,
        second_factor="offered",
        keys=(key_sources.new_text(),),
        index_keys=(key_sources.new_text(),),
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_tls="none",
        mail_from="challenge@selftest.invalid",
        mail_domain="selftest.invalid",
    )


class _Story:
    """The people, the case, and what has been checked so far."""

    def __init__(self, app: Flask, settings: Settings, post: catcher.Pigeonhole, say: Say) -> None:
        self.app, self.settings, self.post, self.say = app, settings, post, say
        self.partnership = data.load("!", history=False)
        self.ids = {name: account for name, (account, _) in data.accounts().items()}

    def play(self) -> None:
        """Every step, in order."""
        case = self.raise_concern()
        self.manager_review(case)
        self.silence(case, "senior_challenge", "nobody at the hospital answered")
        self.silence(case, "board_arbitration", "no head of service took a position")
        self.board_decides(case)
        self.follow_up(case)
        self.mails()
        self.nothing_overdue()

    def step(self, words: str, held: bool) -> None:
        """Says that a step held, or stops."""
        if not held:
            raise StepFailed(words)
        self.say(f"ok      {words}")

    def does(self, who: str, case: str, command: c.Command) -> CaseView:
        moves.make_move(case, self.ids[who], command, new_key())
        return cases.as_seen(case, self.ids[who])

    def raise_concern(self) -> str:
        gp = self.ids["amara.lewis"]
        hospital = next(
            a for a in places.agencies_to_challenge(gp, self.partnership) if a.name == "Northtown Hospitals"
        )
        concern = c.RaiseConcern(
            person_reference=f"TOD-17 {CANARY}",
            decision=f"The injury was called accidental {CANARY}",
            risk=f"A sibling has told school three times {CANARY}",
            request=f"A second opinion {CANARY}",
            safety=f"With the grandmother {CANARY}",
            urgency=Urgency.NEXT_DAYS,
        )
        new = concerns.NewConcern(self.partnership, hospital.public_id, "doctor", concern)
        key = new_key()
        view = concerns.raise_concern(gp, new, key)
        self.step(f"a GP raises a concern: {view.reference}, reply due {view.main.due:%A %d %B %Y %H:%M} UTC"
                  if view.main else "a deadline runs", view.main is not None)  # fmt: skip
        again = concerns.raise_concern(gp, new, key)
        self.step("sent twice, it counts once", again.public_id == view.public_id)
        self.step("a stranger is told that there is nothing", self._hidden(view.public_id, "leah.brooks"))
        return view.public_id

    def _hidden(self, case: str, who: str) -> bool:
        try:
            cases.open_case(case, self.ids[who])
        except NotFound:
            return True
        return False

    def manager_review(self, case: str) -> None:
        view = self.does("priya.nair", case, c.DeclineSupport(reasons=f"I would wait {CANARY}"))
        self.step("her lead does not support it, and it goes on", view.phase is Phase.MANAGER)
        view = self.does("sam.okafor", case, c.Acknowledge())
        self.step("the clinical lead owns it, and the clock keeps running", any(
            d.clock == "reply" for d in view.running))  # fmt: skip

    def silence(self, case: str, stage: str, words: str) -> None:
        before = cases.as_seen(case, self.ids["amara.lewis"]).main
        if before is None:
            raise StepFailed("a deadline runs")
        moving_clock.move_to(before.due - timedelta(seconds=1))
        scheduler.run_once(self.app, self.settings)
        early = cases.as_seen(case, self.ids["amara.lewis"])
        self.step("a second before the time ends nothing has moved", early.stage != stage)
        moving_clock.move_to(before.due + timedelta(seconds=1))
        scheduler.run_once(self.app, self.settings)
        view = cases.as_seen(case, self.ids["amara.lewis"])
        moved = next((e for e in view.events if e.kind is EventKind.MOVED_UP), None)
        held = view.stage == stage and moved is not None and moved.codes["cause"] == "silence"
        self.step(f"AUTOMATIC MOVE to {view.stage_name}: {words}", held)

    def board_decides(self, case: str) -> None:
        decision = c.RecordDecision(
            decision=f"A second opinion is sought {CANARY}",
            reasons=f"The hospital did not have what the school knew {CANARY}",
            alternatives=f"Waiting for the next clinic {CANARY}",
            dissent=f"The medical director would have waited {CANARY}",
            changed=c.Changed.YES,
            outcome=f"The children stay with the grandmother {CANARY}",
        )
        try:
            self.does("margaret.osei", case, decision)
        except Refused as refused:
            self.step("a party to the case cannot decide it", refused.code in {"not_yours", "own_case"})
        view = self.does("alan.meredith", case, decision)
        self.step("the independent chair records a decision", view.phase is Phase.PROVISIONAL)

    def follow_up(self, case: str) -> None:
        moving_clock.move(timedelta(days=20))
        scheduler.run_once(self.app, self.settings)
        answer = c.AnswerFollowUp(safer=c.Safer.YES, how_known=f"I saw them {CANARY}")
        view = self.does("amara.lewis", case, answer)
        self.step("the follow-up is answered and the case is closed", view.phase is Phase.CLOSED)

    def mails(self) -> None:
        scheduler.run_once(self.app, self.settings)
        caught = self.post.mails(newest=1000)
        self.step(f"{len(caught)} mails left, one envelope each", len(caught) > 20)
        words = (CANARY, "Northtown Hospitals", "Riverside", "Lewis", "Okafor")
        said = [_everything(mail.raw) for mail in caught]
        leaks = [word for word in words for mail in said if word.lower() in mail.lower()]
        self.step("no mail carries a word of the case, an agency or a name", not leaks)

    def nothing_overdue(self) -> None:
        findings = audit.audit_the_clock()
        self.step("the auditor of the clock finds nothing", not findings)


def _everything(raw: bytes) -> str:
    """Headers and every part of a mail, decoded, without the address lines a mail needs to arrive."""
    mail = message_from_bytes(raw, policy=policy.default)
    headers = [f"{name}: {value}" for name, value in mail.items() if name.lower() != "to"]
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*headers, *parts])
