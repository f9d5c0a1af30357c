"""An app for codes, as somebody holds it in their hand: its key is read from the page, its time is moved."""

import re
from dataclasses import dataclass, field

from passlib.totp import TOTP

_KEY = re.compile(r'The key: <strong class="key">([A-Z2-7 -]+)</strong>')


@dataclass
class App:
    """An app for codes that has read a key."""

    key: str
    used: set[str] = field(default_factory=set)

    @classmethod
    def reads(cls, page: str) -> "App":
        """An app that is shown the page of the set-up."""
        found = _KEY.search(page)
        assert found, page
        return cls(found[1].replace(" ", "").replace("-", ""))

    def code(self) -> str:
        """A code that is right now and was not used: this step's, or that of the next or the last one."""
        totp = TOTP(key=self.key)
        now = totp.generate()
        for time in (now.start_time, now.expire_time):
            token = totp.generate(time=time).token
            if token not in self.used:
                self.used.add(token)
                return str(token)
        raise AssertionError("every code of this minute was used")
