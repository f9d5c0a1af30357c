"""The tables: columns, constraints, relationships. No decisions are made here.

Every table that belongs to a partnership carries `partnership_id`, and a foreign key into such a
table goes through `(partnership_id, id)`, so that no row can point across a partnership. Accounts and
agencies are global: one person and one agency may belong to several partnerships.
"""

from escalation.models.base import Base
from escalation.models.cases import Case, Deadline, Participation, ProposalRow, Recusal, StageEntry
from escalation.models.desk import Diversion, DraftRow, Submission
from escalation.models.erasure import Erasure, LegalHold
from escalation.models.installation import Heartbeat, Installation, JobRun
from escalation.models.keys import CaseKey, PartnershipKey, PersonIndex
from escalation.models.offices import (
    AccessReview,
    Appointment,
    DeclaredInterest,
    MailDomain,
    Newcomer,
)
from escalation.models.opened import OpenedGlass
from escalation.models.outbox import OutboxRow
from escalation.models.people import Account, Role, WebSession
from escalation.models.places import Agency, Holding, Membership, Partnership, Post
from escalation.models.protocols import ProtocolVersion
from escalation.models.record import EventRow, ReadEntry, Statement
from escalation.models.seals import SealedHead, SealedRead, SealRow
from escalation.models.sign_in import AddressProof, Attempts, Identity, Passkey, SignInRecord
from escalation.models.traces import NumberSearch, RecordCheck, TakenOut

__all__ = [
    "AccessReview",
    "Account",
    "AddressProof",
    "Agency",
    "Appointment",
    "Attempts",
    "Base",
    "Case",
    "CaseKey",
    "Deadline",
    "DeclaredInterest",
    "Diversion",
    "DraftRow",
    "Erasure",
    "EventRow",
    "Heartbeat",
    "Holding",
    "Identity",
    "Installation",
    "JobRun",
    "LegalHold",
    "MailDomain",
    "Membership",
    "Newcomer",
    "NumberSearch",
    "OpenedGlass",
    "OutboxRow",
    "Participation",
    "Partnership",
    "PartnershipKey",
    "Passkey",
    "PersonIndex",
    "Post",
    "ProposalRow",
    "ProtocolVersion",
    "ReadEntry",
    "RecordCheck",
    "Recusal",
    "Role",
    "SealRow",
    "SealedHead",
    "SealedRead",
    "SignInRecord",
    "StageEntry",
    "Statement",
    "Submission",
    "TakenOut",
    "WebSession",
]
