"""The closed list of triggers: everything that can move, or touch, a case.

A protocol file names triggers from this list and no others, so a file can never call code of its own.
"""

from enum import StrEnum


class Trigger(StrEnum):
    """What somebody (or the clock) does to a case. Values are the words used in protocol files."""

    RAISE = "raise"
    """A concern is raised and enters the first stage."""
    SUPPORT = "support"
    """The raiser's own lead supports the challenge."""
    DECLINE_SUPPORT = "decline_support"
    """The raiser's own lead does not support it, with a reason. It goes on all the same."""
    ACKNOWLEDGE = "acknowledge"
    """A leader says: I have read this and own it. Stops no clock."""
    CHANGE_DECISION = "change_decision"
    """The challenged side changes its decision."""
    KEEP_DECISION = "keep_decision"
    """The challenged side keeps its decision, with reasons."""
    ASK_INFORMATION = "ask_information"
    """The challenged side asks the raising side for information. Its own clock keeps running."""
    TELL_CHANGE = "tell_change"
    """Somebody adds information, or says that the risk has risen."""
    SAY_SAFETY = "say_safety"
    """Somebody says who keeps the person safe tonight."""
    READDRESS = "readdress"
    """The challenged side says: not ours, it is theirs."""
    PROPOSE_SETTLEMENT = "propose_settlement"
    """One side proposes that it is settled, with an outcome for the person."""
    AGREE_SETTLEMENT = "agree_settlement"
    """The other side agrees to what was proposed, or the raising side accepts a reply."""
    DECLINE_SETTLEMENT = "decline_settlement"
    """The other side does not agree, with a reason."""
    ESCALATE = "escalate"
    """Somebody moves the case up by choice."""
    WITHDRAW = "withdraw"
    """The raiser withdraws, with a reason."""
    RECORD_DECISION = "record_decision"
    """The board's chair records a decision."""
    RECUSE = "recuse"
    """The person who should decide stands aside."""
    ANSWER_FOLLOW_UP = "answer_follow_up"
    """The raising side says whether it made a difference. Closes the case."""
    TIME_OUT = "time_out"
    """A deadline ran out. Only the clock does this."""
