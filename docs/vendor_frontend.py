"""Makes `escalation/web/static/vendor/` from the npm package govuk-frontend, which must lie here as a file.

    npm pack govuk-frontend@6.3.0
    python docs/vendor_frontend.py govuk-frontend-6.3.0.tgz

The crest and the GDS Transport font may not be used outside gov.uk, and nothing is loaded from elsewhere:
both are taken out, with every `url(`.
"""

import hashlib
import re
import sys
import tarfile
from pathlib import Path

SHA256 = "3d91fd1353e32e306a8ae493b44ba9c0277348b5dbc08442a3e63d822e516048"
TARGET = Path(__file__).parent.parent / "escalation" / "web" / "static" / "vendor"


def main(package: Path) -> None:
    """Checks the package and writes the two files."""
    raw = package.read_bytes()
    if hashlib.sha256(raw).hexdigest() != SHA256:
        raise SystemExit("this is not the package that was looked at: the checksum differs")
    with tarfile.open(package) as tar:
        css, js = (_read(tar, f"package/dist/govuk/govuk-frontend.min.{ending}") for ending in ("css", "js"))
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "govuk-frontend.min.css").write_text(stripped(css))
    (TARGET / "govuk-frontend.min.js").write_text(js)


def stripped(css: str) -> str:
    """The style sheet without font faces, font name, crest, source map and any address."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = css.replace("GDS Transport,", "").replace('"GDS Transport",', "")
    css = re.sub(r"[a-z-]+:[^;{}]*url\([^)]*\)[^;{}]*;?", "", css)
    css = re.sub(r"/\*#.*?\*/", "", css)
    if "url(" in css or "GDS Transport" in css:
        raise SystemExit("something from elsewhere is left in the style sheet")
    return css


def _read(tar: tarfile.TarFile, name: str) -> str:
    member = tar.extractfile(name)
    if member is None:
        raise SystemExit(f"{name} is not in the package")
    return re.sub(r"//# sourceMappingURL=.*", "", member.read().decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
