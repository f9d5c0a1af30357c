"""A second verifier, written from docs/record.md alone: it reads an export and imports nothing of the service.

    python second_verifier.py FOLDER-OR-ZIP [--public-key HEX] [--anchors FILE]

Without --public-key the key that the export itself names is believed, and that is said. Exit 0: all is well.
"""

import argparse
import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha(data):
    return hashlib.sha256(data).hexdigest()


def tagged(tag, *fields):
    parts = [str(f).encode() for f in fields]
    return tag.encode() + b"".join(len(p).to_bytes(8, "big") + p for p in parts)


def canonical(values):
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def check_events(r, wrong):
    previous, seq = "0" * 64, 0
    partnership, case = r["partnership"]["id"], r["case"]["id"]
    for e in r["events"]:
        seq += 1
        if e["seq"] != seq or e["previous"] != previous:
            wrong(f"event {e['seq']} does not follow event {seq - 1}")
        if (
            sha(tagged("escalation-event-v1", partnership, case, e["seq"], e["previous"], e["body"]))
            != e["hash"]
        ):
            wrong(f"event {e['seq']} does not have its hash")
        body = json.loads(e["body"])
        beside = {"kind": e["kind"], "at_us": e["at_us"], "actor": e["actor_id"], "slot": e["slot"]}
        if "v" in body:
            beside["entry"] = e["entry_seq"]
            here = [s for s in r["statements"] if s["event_seq"] == e["seq"]]
            said = {s["field"]: [s["field_class"], sha(s["stored"].encode())] for s in here}
            if said != body.get("said", {}):
                wrong(f"the words of event {e['seq']} are not those that it binds")
        if any(body[k] != v for k, v in beside.items()):
            wrong(f"event {e['seq']} says something else beside its body")
        previous, seq = e["hash"], e["seq"]
    if (r["case"]["event_seq"], r["case"]["head"]) != (seq, previous):
        wrong("the case names another last event")
    for s in r["statements"]:
        if not any(e["seq"] == s["event_seq"] for e in r["events"]):
            wrong(f"words without an event: {s['event_seq']}")


def check_seals(r, keys, wrong):
    before, sealed = None, {}
    for s in r["seals"]:
        body, data = json.loads(s["body"]), tagged("escalation-seal-v1", s["body"])
        if sha(data) != s["hash"] or body["n"] != s["n"] or body["partnership"] != r["partnership"]["id"]:
            wrong(f"seal {s['n']} does not have its hash")
        if before and (body["previous"], body["n"]) != (before["hash"], before["n"] + 1):
            wrong(f"seal {s['n']} does not follow the one before")
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(keys[body["key"]])).verify(
                bytes.fromhex(s["signature"]), data
            )
        except (KeyError, InvalidSignature):
            wrong(f"seal {s['n']} is not signed with a known key")
        before, sealed[s["n"]] = s, body["root"]
    return sealed


def climb(leaf, path):
    node = hashlib.sha256(b"\x00" + leaf).digest()
    for side, other in path:
        pair = bytes.fromhex(other) + node if side == "left" else node + bytes.fromhex(other)
        node = hashlib.sha256(b"\x01" + pair).digest()
    return node.hex()


def check_proofs(r, sealed, wrong):
    partnership, case = r["partnership"]["id"], r["case"]["id"]
    hashes = {e["seq"]: e["hash"] for e in r["events"]}
    names = ("account_id", "at_us", "id", "reason", "slot", "what")
    for read in r["reads"]:
        entry = {n.removesuffix("_id"): read[n] for n in names} | {"case": case, "partnership": partnership}
        hashes["read", read["id"]] = sha(tagged("escalation-read-v1", canonical(entry)))
    for p in r["proofs"]:
        head = p["kind"] == "head"
        what = (case, p["seq"]) if head else (p["id"],)
        if hashes.get(p["seq"] if head else ("read", p["id"])) != p["hash"]:
            wrong(f"seal {p['n']} covers another {p['kind']}: {what[-1]}")
        leaf = tagged("escalation-leaf-v1", p["kind"], partnership, *what, p["hash"])
        if climb(leaf, p["path"]) != sealed.get(p["n"]):
            wrong(f"{p['kind']} {what[-1]} is not under the root of seal {p['n']}")
    return max((p["seq"] for p in r["proofs"] if p["kind"] == "head"), default=0)


def read(path, name):
    if zipfile.is_zipfile(path):
        return zipfile.ZipFile(path).read(name).decode()
    return (Path(path) / name).read_text(encoding="utf-8")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("export")
    options.add_argument("--public-key")
    options.add_argument("--anchors")
    given, found = options.parse_args(), []
    r = json.loads(read(given.export, "record.json"))
    keys = {
        sha(bytes.fromhex(k))[:16]: k
        for k in ([given.public_key] if given.public_key else r["public_keys"].values())
    }
    check_events(r, found.append)
    sealed = check_seals(r, keys, found.append)
    last = check_proofs(r, sealed, found.append)
    known = {(r["partnership"]["public_id"], s["n"]): s["hash"] for s in r["seals"]}
    anchors = Path(given.anchors).read_text() if given.anchors else ""
    for public_id, n, digest in re.findall(r"escalation-seal\s+(\S+)\s+(\d+)\s+([0-9a-f]{64})", anchors):
        ours = public_id == r["partnership"]["public_id"] and int(n) >= min((k[1] for k in known), default=0)
        if ours and known.get((public_id, int(n))) != digest:
            found.append(f"seal {n} is not the one that was sent out")
    print(*found, f"{len(r['events'])} events, sealed up to {last}; {len(sealed)} seals", sep="\n")
    if not given.public_key:
        print("the key is the export's own word: compare it with the board's")
    return 2 if found else 0


if __name__ == "__main__":
    sys.exit(main())
