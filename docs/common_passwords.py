"""Makes escalation/web/sign_in/common_passwords.bin: what people choose most, as the beginnings of hashes.

The lists are those of zxcvbn (MIT) and Django (BSD), each from its wheel:
`pip download --no-deps zxcvbn django`, then `python docs/common_passwords.py zxcvbn-*.whl django-*.whl`.
"""

import gzip
import hashlib
import re
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

OUT = Path(__file__).parent.parent / "escalation/web/sign_in/common_passwords.bin"
WIDTH = 6
SHORTEST = 5


def of_zxcvbn(wheel: zipfile.ZipFile) -> Iterable[str]:
    """Its list of passwords; the others are of words and names."""
    text = wheel.read("zxcvbn/frequency_lists.py").decode()
    listed = re.search(r'"passwords": "([^"]+)"', text)
    if listed is None:
        raise SystemExit("this zxcvbn keeps its list of passwords elsewhere")
    return listed[1].split(",")


def of_django(wheel: zipfile.ZipFile) -> Iterable[str]:
    """Its list of common passwords."""
    return gzip.decompress(wheel.read("django/contrib/auth/common-passwords.txt.gz")).decode().split()


def main() -> None:
    """Writes the file from the wheels that are named."""
    words: set[str] = set()
    for name in sys.argv[1:]:
        with zipfile.ZipFile(name) as wheel:
            words.update(of_zxcvbn(wheel) if "zxcvbn" in name else of_django(wheel))
    beginnings = {
        hashlib.sha256(word.lower().encode()).digest()[:WIDTH] for word in words if len(word) >= SHORTEST
    }
    OUT.write_bytes(b"".join(sorted(beginnings)))
    print(f"{len(beginnings)} passwords, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
