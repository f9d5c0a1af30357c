"""A plan or a meeting belongs to the stage that asked for it: the one that failed settles nothing later."""

from dataclasses import replace

from tests.support import richer
from workflows import commands as c
from workflows.case import Decision
from workflows.loader import loads
from workflows.machine import decide
from workflows.vocabulary import Gate

from .story import CHALLENGED_HEAD, Story

ON_RECORD = {Gate.PLAN_RECORDED: 3, Gate.MEETING_HELD: 3, Gate.DISCUSSION_RECORDED: 3}


def test_a_stage_that_asks_for_its_own_plan_forgets_the_one_that_failed() -> None:
    story = Story.raised(loads(richer.body(), richer.NAME))
    stuck = replace(
        story.case, stage="senior_challenge", clocks=(), terms=replace(story.case.terms, gates=ON_RECORD)
    )
    back = decide(
        story.protocol,
        stuck,
        c.ReturnDown(reasons="Try it again.", to="manager_review"),
        CHALLENGED_HEAD,
        story.now,
    )
    assert isinstance(back, Decision)
    assert back.after.stage == "manager_review"
    assert set(back.after.terms.gates) == {Gate.DISCUSSION_RECORDED}
