"""The forms that people fill in on a case: which questions, in which words, and whether they are checked.

A form that offers a choice of triggers (`choices`) sends the one that was chosen. The answers' names
are those of the schemas.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from escalation.schemas.words import CHANGED, LONG, SAFE_TO_RAISE, SAFER, SHORT
from escalation.services.views import FormView
from workflows.own_words import said
from workflows.triggers import Trigger


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: kind is text, area, radios or select. `options` are value and words."""

    name: str
    label: str
    kind: str = "area"
    hint: str = ""
    longest: int = LONG
    rows: int = 5
    options: Mapping[str, str] | None = None
    welsh: str = ""
    """The label in Welsh, where the procedure has it."""


@dataclass(frozen=True, slots=True)
class Form:
    """A page of questions. `check` shows the answers once more before they are sent."""

    name: str
    title: str
    intro: str
    asks: tuple[Ask, ...]
    button: str
    trigger: Trigger | None = None
    choices: Mapping[str, str] | None = None
    choice_label: str = ""
    choice_hint: str = ""
    check: bool = True

    @property
    def check_button(self) -> str:
        """What the button on the first page says."""
        return "Check before sending" if self.check else self.button


SAFETY = Ask(
    "safety", "Who keeps this person safe tonight?", hint="If you know more than stands there now. You may leave it empty",
    longest=SHORT, rows=2,
)  # fmt: skip
_REASONS = Ask("reasons", "Your reasons")

POSITION = Form(
    "position",
    "A colleague sees this differently and asks you to look again",
    "You both want this person to be safe. What would each of you need to know to agree?",
    (
        Ask("reasons", "Your reasons", hint="What changes and from when, or what you considered, or what you need and from whom"),
        Ask("would_change_mind", "What new fact would change your mind?", hint="Needed only if you keep the decision",
            longest=SHORT, rows=3),
        SAFETY,
    ),
    "Send our position",
    choices={
        Trigger.CHANGE_DECISION: "We change the decision",
        Trigger.KEEP_DECISION: "We keep the decision",
        Trigger.ASK_INFORMATION: "We need information first (the clock keeps running)",
        Trigger.ESCALATE: "Move it up to the next {stage} now",
    },
    choice_label="What is your position?",
    choice_hint="A change because of new information is a good {outcome}",
)  # fmt: skip
VIEW = Form(
    "view",
    "A colleague in your agency has raised a concern",
    "Whatever you choose, they may go on.",
    (Ask("reasons", "Your reasons", hint="Needed if you do not support it, or move it up now"), SAFETY),
    "Send my view",
    choices={
        Trigger.SUPPORT: "I support it",
        Trigger.DECLINE_SUPPORT: "I do not support it",
        Trigger.ESCALATE: "I support it, and it should move up now",
    },
    choice_label="What is your view?",
)
_SINGLE = (
    Form("acknowledge", "I have read this and own it", "The clock keeps running until there is a position.", (SAFETY,),
         "Own it", Trigger.ACKNOWLEDGE, check=False),
    Form("tell_change", "Tell them what has changed", "Everybody who takes part is told that there is something new.",
         (Ask("what_changed", "What has changed since last time?", hint="Leave out names. Both sides will read this"),
          Ask("risk_rose", "Has the risk risen?", "radios", "If it has, the time they have becomes shorter",
              options={"no": "No, or I do not know", "yes": "Yes"}), SAFETY),
         "Tell them", Trigger.TELL_CHANGE, check=False),
    Form("say_safety", "Who keeps this person safe tonight?", "",
         (Ask("safety", "Who keeps this person safe tonight, and who agreed it?", hint="“Not known” is a real answer",
              longest=SHORT, rows=3),), "Save", Trigger.SAY_SAFETY, check=False),
    Form("propose_settlement", "Propose that it is settled", "It is settled only when the other side agrees.",
         (Ask("outcome", "What is the {outcome} for the child or adult?"), SAFETY), "Propose it", Trigger.PROPOSE_SETTLEMENT),
    Form("agree_settlement", "Agree that it is settled", "A follow-up in 30 days asks whether it made a difference.",
         (Ask("outcome", "What is the {outcome} for the child or adult?",
              hint="Needed when you accept a reply; otherwise what they proposed stands"), SAFETY),
         "Agree", Trigger.AGREE_SETTLEMENT),
    Form("decline_settlement", "Do not agree that it is settled", "The case goes on where it is.",
         (_REASONS, SAFETY), "Send", Trigger.DECLINE_SETTLEMENT),
    Form("escalate", "Move it up now", "The next {stage} is told at once.",
         (Ask("reasons", "Why should it move up now?"), SAFETY), "Move it up", Trigger.ESCALATE),
    Form("withdraw", "Withdraw the {challenge}", "It will be closed. If you do not feel safe going on, say so: the {office} sees it, the other side does not.",
         (Ask("reasons", "Why do you withdraw it?"),
          Ask("freely", "Do you withdraw it freely?", "radios", options={"yes": "Yes", "no": "No, I did not feel safe or free to go on"}),
          SAFETY), "Withdraw it", Trigger.WITHDRAW),
    Form("record_decision", "Record the decision", "The board settles how agencies work together, never the diagnosis.",
         (Ask("decision", "The decision"), _REASONS, Ask("alternatives", "Which alternatives were considered?", rows=3),
          Ask("dissent", "Who sees it differently, and why?", hint="“Nobody” is an answer", rows=3),
          Ask("changed", "Did the decision that was challenged change?", "radios", options=CHANGED),
          Ask("outcome", "What is the {outcome} for the child or adult?", rows=3),
          Ask("actions", "Who acts, by when?", hint="You may leave it empty", rows=3), SAFETY),
         "Record the decision", Trigger.RECORD_DECISION),
    Form("recuse", "Stand aside from this decision", "Your deputy is asked to decide.",
         (Ask("reasons", "Why do you stand aside?", longest=SHORT, rows=3),), "Stand aside", Trigger.RECUSE),
    Form("answer_follow_up", "Did it make a difference?", "This closes the case. “Not known” is an answer too.",
         (Ask("safer", "Is the person safer?", "radios", options=SAFER),
          Ask("how_known", "How do you know, and who asked them?", rows=3),
          Ask("still_open", "What is still open?", hint="You may leave it empty", rows=3),
          Ask("safe_to_raise", "Was it safe for you to raise this?", "radios",
              "Only you and the {office} see your answer", options=SAFE_TO_RAISE), SAFETY),
         "Save and close", Trigger.ANSWER_FOLLOW_UP),
    Form("skip", "Go over a {stage}", "The {stage} you choose is told at once.",
         (Ask("to", "Which {stage} should it go to?", "select"), Ask("reasons", "Why should a {stage} be left out?", rows=3), SAFETY),
         "Go there", Trigger.SKIP),
    Form("return_down", "Give it back", "The {stage} below goes on with it.",
         (Ask("to", "Which {stage} should go on with it?", "select"), Ask("reasons", "Why, and what should they look at?", rows=3), SAFETY),
         "Give it back", Trigger.RETURN_DOWN),
    Form("choose_forum", "Choose where it goes on", "Whoever you choose is told at once.",
         (Ask("to", "Where should it go on?", "select"), Ask("reasons", "Why there?", rows=3), SAFETY),
         "Send it there", Trigger.CHOOSE_FORUM),
    Form("hand_over", "Hand it over to another process", "It goes on there. Say to whom, and who has agreed to take it.",
         (Ask("to", "What becomes of the case here?", "select"), Ask("reasons", "Which process or body, and who took it over?", rows=3), SAFETY),
         "Hand it over", Trigger.HAND_OVER),
    Form("confirm", "Put on record that something is done", "Some moves need this first.",
         (Ask("gate", "What do you confirm?", "select"), Ask("how", "How do you know, and when was it?", rows=3), SAFETY),
         "Put it on record", Trigger.CONFIRM, check=False),
    Form("convene", "Call a meeting", "Everybody who takes part is told.",
         (Ask("meeting", "Which meeting?", "select"), Ask("when", "When is it?", "text", "For example 2026-11-30 16:00"),
          Ask("reasons", "What is it for, and where is it?", hint="You may leave it empty", longest=SHORT, rows=3), SAFETY),
         "Call it", Trigger.CONVENE),
    Form("hold_meeting", "Record a meeting", "",
         (Ask("meeting", "Which meeting?", "select"), Ask("minutes", "Who was there, and what was said and agreed?"), SAFETY),
         "Put it on record", Trigger.HOLD_MEETING),
    Form("record_plan", "Record the plan", "", (Ask("plan", "What will be done, by whom and by when?"), SAFETY),
         "Put it on record", Trigger.RECORD_PLAN),
    Form("record_dissent", "Put on record that you see it differently", "It stays with the case. It stops nothing.",
         (Ask("dissent", "What do you see differently, and why?"), SAFETY), "Put it on record", Trigger.RECORD_DISSENT),
    Form("set_time", "Set an earlier time", "Where the fixed time would not protect somebody, the earlier one counts.",
         (Ask("until", "By when must somebody be safe?", "text", "For example 2026-11-30 16:00"),
          Ask("reasons", "Why must it be sooner?", longest=SHORT, rows=3), SAFETY), "Set it", Trigger.SET_TIME),
    Form("propose_time", "Propose another time", "Until the other side agrees, the time runs as it does.",
         (Ask("clock", "Which time?", "select"), Ask("until", "Until when?", "text", "For example 2026-11-30 16:00"),
          Ask("reasons", "Why?", longest=SHORT, rows=3), SAFETY), "Propose it", Trigger.PROPOSE_TIME),
    Form("agree_time", "Agree to the time that they proposed", "", (SAFETY,), "Agree", Trigger.AGREE_TIME, check=False),
    Form("extend", "Give more time", "More time is given only when somebody keeps the person safe until then.",
         (Ask("clock", "Which time?", "select"), Ask("until", "Until when?", "text", "For example 2026-11-30 16:00"),
          Ask("reasons", "Why is more time needed?", longest=SHORT, rows=3),
          Ask("safety", "Who keeps this person safe until then?", longest=SHORT, rows=2)), "Give more time", Trigger.EXTEND),
    Form("pause", "Let the clocks stand still", "Everybody is told. They run on with what was left.",
         (Ask("reasons", "Why should they stand still, and until when?", rows=3), SAFETY), "Let them stand still", Trigger.PAUSE),
    Form("resume", "Let the clocks run on", "", (Ask("reasons", "Your reasons", hint="You may leave it empty", rows=3), SAFETY),
         "Let them run on", Trigger.RESUME, check=False),
    Form("open_beside", "Open something beside this", "It is a case of its own, tied to this one. This one goes on.",
         (Ask("track", "What should be opened?", "select"), Ask("reasons", "Why?", rows=3), SAFETY), "Open it", Trigger.OPEN_BESIDE),
    Form("readdress", "This is not ours: pass it on", "They are told at once and get the full time. The time since it was raised stays visible.",
         (Ask("agency", "Which agency does it belong to?", "select"), Ask("reasons", "Why is it theirs?", rows=3), SAFETY),
         "Pass it on", Trigger.READDRESS),
)  # fmt: skip

FORMS: Mapping[str, Form] = {form.name: form for form in (POSITION, VIEW, *_SINGLE)}
"""Every form by the name in its address."""

FORM_OF: Mapping[Trigger, str] = {
    **{form.trigger: form.name for form in _SINGLE if form.trigger},
    Trigger.SUPPORT: "view",
    Trigger.DECLINE_SUPPORT: "view",
    Trigger.CHANGE_DECISION: "position",
    Trigger.KEEP_DECISION: "position",
    Trigger.ASK_INFORMATION: "position",
}
"""Where each trigger is asked for."""


def triggers_of(form: Form) -> frozenset[Trigger]:
    """The moves that a form is there for. Moving up, which others offer too, has a form of its own."""
    return frozenset(trigger for trigger, name in FORM_OF.items() if name == form.name)


def spoken(form: Form, own: Mapping[str, str]) -> Form:
    """A form in a board's own words."""
    return replace(
        form,
        title=said(form.title, own),
        intro=said(form.intro, own),
        button=said(form.button, own),
        asks=tuple(replace(a, label=said(a.label, own), hint=said(a.hint, own)) for a in form.asks),
        choices={k: said(v, own) for k, v in form.choices.items()} if form.choices else None,
        choice_hint=said(form.choice_hint, own),
    )


def asks_of(form: FormView) -> tuple[Ask, ...]:
    """The questions of a form of the procedure."""
    return tuple(
        Ask(f.name, f.label, hint=_hint(f.hint, f.required), rows=3, welsh=f.label_welsh) for f in form.fields
    )


def _hint(hint: str, required: bool) -> str:
    return hint if required else ". ".join(part for part in (hint, "You may leave it empty") if part)
