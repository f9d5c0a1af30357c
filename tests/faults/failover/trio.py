"""Three nodes: one takes writes, two follow it. What a manager (Patroni) does in an installation is done here.

What can go wrong in the order of steps: a standby that is asked how far it is while it still receives
could be overtaken by the other, so both must have lost the primary first; and the node that becomes
primary must wait for standbys from its first commit on, so every node always names the two others.
"""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults.failover.node import Node, within
from tests.support.beyond import APPLICATION
from tests.support.keeper import Owner

NAMES = ("a", "b", "c")
DATABASE = "escalation"
_RECEIVING = "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'"
_HAS = "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn"
_FOLLOWERS = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = '{state}'"


@dataclass(slots=True)
class Trio:
    """The nodes by name, which of them takes writes, and whether its commits wait for a standby."""

    nodes: dict[str, Node]
    primary: Node
    synchronous: bool

    @classmethod
    def make(cls, folder: Path, programs: Path, owner: Owner, *, synchronous: bool) -> "Trio":
        """Three running nodes, the first of them primary, with an empty database for the service."""
        # Beside the folder, where the keeper looks for what it has to stop.
        beside = {name: folder.with_name(f"{folder.name}-{name}") for name in NAMES}
        nodes = {name: Node(name, place, programs, owner) for name, place in beside.items()}
        first = nodes[NAMES[0]]
        first.make()
        first.start(standby=False)
        first.do(f"CREATE DATABASE {DATABASE}")
        trio = cls(nodes, first, synchronous)
        for node in trio.standbys:
            node.copy(first)
            trio._follows(node)
            node.start(standby=True)
        first.settle(synchronous_standby_names=trio._waits_for(first))
        trio.await_standbys()
        return trio

    @property
    def standbys(self) -> list[Node]:
        """All nodes but the primary."""
        return [node for node in self.nodes.values() if node is not self.primary]

    @property
    def url(self) -> str:
        """The address of all nodes, as the service's settings take it: whichever takes writes is meant."""
        hosts = "&".join(f"host={node.folder}" for node in self.nodes.values())
        return f"postgresql+psycopg://{APPLICATION}@/{DATABASE}?{hosts}&target_session_attrs=read-write"

    def _waits_for(self, node: Node) -> str:
        others = ", ".join(name for name in self.nodes if name != node.name)
        return f"ANY 1 ({others})" if self.synchronous else ""

    def _follows(self, node: Node) -> None:
        """A node's own settings as a standby of the primary, and already as the primary it may become."""
        upstream = f"{self.primary.words} application_name={node.name}"
        node.settle(primary_conninfo=upstream, synchronous_standby_names=self._waits_for(node))

    def await_standbys(self, number: int = 2) -> None:
        """Waits until so many standbys receive, and count for commits if commits wait."""
        query = _FOLLOWERS.format(state="quorum" if self.synchronous else "async")
        within(60, f"{number} standbys receive", lambda: self.primary.ask(query)[0][0] >= number)

    def promote(self) -> float:
        """The standby that has most becomes primary, and the other follows it. Gives the seconds it took."""
        began = time.monotonic()
        standbys = self.standbys
        for node in standbys:
            within(30, f"{node.name} has lost the primary", partial(_is_alone, node))
        ahead = max(standbys, key=_how_far)
        ahead.ask("SELECT pg_promote(true, 60)")
        self.primary = ahead
        for node in standbys:
            if node is not ahead:
                self._follows(node)
        return time.monotonic() - began

    def take_back(self, node: Node) -> str:
        """A dead former primary becomes a standby: rewound, or copied anew when it cannot be. Says which."""
        self.primary.do("CHECKPOINT")
        self._follows(node)
        try:
            node.call(
                "pg_rewind", "-D", node.data, f"--source-server={self.primary.words} dbname=postgres",
                f"--config-file={node.folder / 'postgresql.conf'}",
            )  # fmt: skip
            how = "rewind"
        except RuntimeError:
            node.copy(self.primary)
            how = "copy"
        node.start(standby=True)
        self.await_standbys()
        return how

    def stop(self) -> None:
        """Ends all nodes."""
        for node in self.nodes.values():
            node.stop()


def _is_alone(standby: Node) -> bool:
    return not standby.ask(_RECEIVING)[0][0]


def _how_far(standby: Node) -> int:
    """Bytes of the log that it has, from the beginning of time."""
    return int(standby.ask(_HAS)[0][0])
