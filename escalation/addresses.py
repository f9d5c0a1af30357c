"""What an e-mail address looks like to this service, wherever somebody gives one."""

import re

LONGEST = 254
_ADDRESS = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


def is_address(text: str) -> bool:
    """True for the plain form name@host.tld in ASCII: a mail can be sent there without further ado."""
    return len(text) <= LONGEST and bool(_ADDRESS.fullmatch(text))
