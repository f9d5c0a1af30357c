"""The forms that people fill in on a case: which questions, in which words, and whether they are checked.

A form that offers a choice of triggers (`choices`) sends the one that was chosen. The answers' names
are those of the schemas.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from escalation.schemas.words import CHANGED, LONG, SAFE_TO_RAISE, SAFER, SHORT
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
        Trigger.ESCALATE: "Move it up to the next stage now",
    },
    choice_label="What is your position?",
    choice_hint="A change because of new information is a good outcome",
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
    Form("tell_change", "Tell them what has changed", "Everybody who takes part is told that there is something new.",
         (Ask("what_changed", "What has changed since last time?", hint="Leave out names. Both sides will read this"),
          Ask("risk_rose", "Has the risk risen?", "radios", "If it has, the time they have becomes shorter",
              options={"no": "No, or I do not know", "yes": "Yes"}), SAFETY),
         "Tell them", Trigger.TELL_CHANGE, check=False),
    Form("say_safety", "Who keeps this person safe tonight?", "",
         (Ask("safety", "Who keeps this person safe tonight, and who agreed it?", hint="“Not known” is a real answer",
              longest=SHORT, rows=3),), "Save", Trigger.SAY_SAFETY, check=False),
    Form("propose_settlement", "Propose that it is settled", "It is settled only when the other side agrees.",
         (Ask("outcome", "What is the outcome for the child or adult?"), SAFETY), "Propose it", Trigger.PROPOSE_SETTLEMENT),
    Form("agree_settlement", "Agree that it is settled", "A follow-up in 30 days asks whether it made a difference.",
         (Ask("outcome", "What is the outcome for the child or adult?",
              hint="Needed when you accept a reply; otherwise what they proposed stands"), SAFETY),
         "Agree", Trigger.AGREE_SETTLEMENT),
    Form("decline_settlement", "Do not agree that it is settled", "The case goes on where it is.",
         (_REASONS, SAFETY), "Send", Trigger.DECLINE_SETTLEMENT),
    Form("escalate", "Move it up now", "The next stage is told at once.",
         (Ask("reasons", "Why should it move up now?"), SAFETY), "Move it up", Trigger.ESCALATE),
    Form("withdraw", "Withdraw the challenge", "It will be closed. If you do not feel safe going on, say so: the board office sees it, the other side does not.",
         (Ask("reasons", "Why do you withdraw it?"),
          Ask("freely", "Do you withdraw it freely?", "radios", options={"yes": "Yes", "no": "No, I did not feel safe or free to go on"}),
          SAFETY), "Withdraw it", Trigger.WITHDRAW),
    Form("record_decision", "Record the decision", "The board settles how agencies work together, never the diagnosis.",
         (Ask("decision", "The decision"), _REASONS, Ask("alternatives", "Which alternatives were considered?", rows=3),
          Ask("dissent", "Who sees it differently, and why?", hint="“Nobody” is an answer", rows=3),
          Ask("changed", "Did the decision that was challenged change?", "radios", options=CHANGED),
          Ask("outcome", "What is the outcome for the child or adult?", rows=3),
          Ask("actions", "Who acts, by when?", hint="You may leave it empty", rows=3), SAFETY),
         "Record the decision", Trigger.RECORD_DECISION),
    Form("recuse", "Stand aside from this decision", "Your deputy is asked to decide.",
         (Ask("reasons", "Why do you stand aside?", longest=SHORT, rows=3),), "Stand aside", Trigger.RECUSE),
    Form("answer_follow_up", "Did it make a difference?", "This closes the case. “Not known” is an answer too.",
         (Ask("safer", "Is the person safer?", "radios", options=SAFER),
          Ask("how_known", "How do you know, and who asked them?", rows=3),
          Ask("still_open", "What is still open?", hint="You may leave it empty", rows=3),
          Ask("safe_to_raise", "Was it safe for you to raise this?", "radios",
              "Only you and the board office see your answer", options=SAFE_TO_RAISE), SAFETY),
         "Save and close", Trigger.ANSWER_FOLLOW_UP),
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
