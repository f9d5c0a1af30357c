"""Who has proved no more than an address: they reach the cases that they raised, as their raiser.

The web door says so once for each request, before anything is asked (`restrict`). From then on every way
to a case, and every seat in one, is narrowed for that account, whichever service is called: a use case
that forgets about it cannot widen it. Elsewhere (jobs, commands) nobody is restricted.
"""

from contextvars import ContextVar

_restricted: ContextVar[int | None] = ContextVar("only_as_raiser", default=None)


def restrict(account: int | None) -> None:
    """From now on, in this thread, `account` acts only as the raiser of its own cases; None: nobody does."""
    _restricted.set(account)


def only_as_raiser(account: int) -> bool:
    """Whether this account has proved an address and nothing more."""
    return _restricted.get() == account
