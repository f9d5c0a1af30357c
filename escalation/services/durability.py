"""How much a commit is worth: what is still there when the machine under the database is not."""

from enum import Enum

from sqlalchemy import Connection, text


class Mode(Enum):
    """How the database keeps what was committed, in words for an operator."""

    EMBEDDED = "An embedded database: it is as safe as this one machine and its disk."
    SINGLE = "A commit does not wait for a standby: the last ones may be lost with this machine."
    SYNCHRONOUS = "Every commit is on a standby before it counts."
    HASTY = "Commits do not wait for the disk: after a power cut the last ones are gone."
    READ_ONLY = "This node only reads: it is a standby."

    @property
    def words(self) -> str:
        """The mode in a sentence."""
        return self.value

    @property
    def takes_writes(self) -> bool:
        """False for a standby."""
        return self is not Mode.READ_ONLY


_ASKED = text(
    "SELECT pg_is_in_recovery(), current_setting('synchronous_commit'), "
    "current_setting('synchronous_standby_names')"
)


def mode_of(connection: Connection) -> Mode:
    """The mode in which the database behind a connection is."""
    if connection.dialect.name == "sqlite":
        return Mode.EMBEDDED
    standby, waits, names = connection.execute(_ASKED).one()
    if standby:
        return Mode.READ_ONLY
    if waits == "off":
        return Mode.HASTY
    return Mode.SYNCHRONOUS if names and waits != "local" else Mode.SINGLE
