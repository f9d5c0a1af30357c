"""The files of an export: the record as JSON, a page to read, and how to check it."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from escalation.security.seals import anchor_of

_HOW = """How to check this export of case {reference}, {partnership}

It holds record.json (everything on record of the case, with its proof) and case.html (the same, to read).

1. Get the public key from the board, by another way than this export, and compare it with "public_keys" in
   record.json.
2. Check the file with a verifier. One of a hundred lines, which needs Python and the package `cryptography`
   alone, comes with the service as tests/oracles/second_verifier.py:

       python second_verifier.py FOLDER [--public-key HEX] [--anchors FILE]

   docs/record.md of the service has the format, so that you can write your own.
3. Compare the newest seal with one that the chair, or somebody outside, was sent:

       {anchor}
"""
_PAGE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Case {reference}</title>
<style>body{{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}}
li{{margin-bottom:1.5rem}}code{{overflow-wrap:anywhere}}dd{{white-space:pre-wrap}}</style></head>
<body><h1>Case {reference}</h1>
<p>{partnership}. {count} events, in their order. Times are UTC. HOW-TO-CHECK.txt says how to check them.</p>
<ol>{events}</ol>
<h2>Who opened it</h2><ul>{reads}</ul>
<h2>Newest seal</h2><p><code>{anchor}</code></p>
</body></html>
"""


def record_text(export: Mapping[str, Any]) -> str:
    """What stands in record.json, letter by letter."""
    return json.dumps(export, indent=1, ensure_ascii=False)


def sha256(export: Mapping[str, Any]) -> str:
    """Of record.json, to know an export again that is found somewhere."""
    return hashlib.sha256(record_text(export).encode()).hexdigest()


def write(export: Mapping[str, Any], target: Path) -> None:
    """Writes the files into a folder, or into a zip if `target` ends with .zip. Raises FileExistsError."""
    files = {
        "record.json": record_text(export),
        "case.html": _page(export),
        "HOW-TO-CHECK.txt": _HOW.format(**_told(export)),
    }
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as into:
            for name, text in files.items():
                into.writestr(name, text)
        return
    target.mkdir(parents=True)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8")


def _told(export: Mapping[str, Any]) -> dict[str, str]:
    newest, place = (export["seals"] or [None])[-1], export["partnership"]
    anchor = anchor_of(place["public_id"], newest["n"], newest["hash"]) if newest else "nothing is sealed yet"
    return {"reference": export["case"]["reference"], "partnership": place["name"], "anchor": anchor}


def _page(export: Mapping[str, Any]) -> str:
    told = {name: escape(words) for name, words in _told(export).items()}
    return _PAGE.format(
        **told,
        count=len(export["events"]),
        events="".join(_event(event, export) for event in export["events"]),
        reads="".join(_read(read, export) for read in export["reads"]),
    )


def _event(event: Mapping[str, Any], export: Mapping[str, Any]) -> str:
    said = "".join(
        f"<dt>{escape(_words(s['field']))}</dt><dd>{escape(_to_read(s['text']))}</dd>"
        for s in export["statements"]
        if s["event_seq"] == event["seq"]
    )
    by = _who(event["actor_id"], export)
    what = f"<strong>{escape(_words(event['kind']).capitalize())}</strong>, {_when(event['at_us'])}, {by}"
    return f"<li value='{event['seq']}'>{what}<dl>{said}</dl></li>"


def _read(read: Mapping[str, Any], export: Mapping[str, Any]) -> str:
    return f"<li>{_when(read['at_us'])}, {_who(read['account_id'], export)}: {escape(read['what'])}</li>"


def _who(account: int | None, export: Mapping[str, Any]) -> str:
    return (
        "by itself" if account is None else escape(export["people"].get(str(account), f"account {account}"))
    )


def _when(at_us: int) -> str:
    at = datetime.fromtimestamp(at_us // 1_000_000, UTC)
    return f"{at:%d %B %Y %H:%M:%S}"


def _to_read(text: str | None) -> str:
    return "(This text cannot be opened: its key is not here, or was destroyed.)" if text is None else text


def _words(code: str) -> str:
    return code.replace("_", " ")
