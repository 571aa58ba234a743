"""Checks audit evidence and seals without a database: docs/audit.md says what is hashed."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twinbook.failure import Failure

_NOTHING = hashlib.sha256(b"").hexdigest()

Told = Mapping[str, Any]


@dataclass
class Verdict:
    """What a file holds, and everything that is wrong with it: nothing, where it is whole.

    ``events`` counts its events, of which those up to ``sealed_until`` stand under ``seals``: their
    digests, by book and number. Compare them with digests that were kept elsewhere.
    """

    what: str
    whose: str = ""
    events: int = 0
    sealed_until: int = 0
    seals: dict[tuple[str, int], str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.faults

    def compare(self, kept: "Verdict") -> None:
        """Holds the seals against those of a file that was kept elsewhere."""
        common = self.seals.keys() & kept.seals.keys()
        for book, number in sorted(common):
            if self.seals[book, number] != kept.seals[book, number]:
                self.faults.append(f"seal {number} of {book} isn't the one that was kept")
        if not common:
            self.faults.append("none of its seals is among those that were kept")


def packed(*fields: str | None) -> bytes:
    """The bytes of some fields: each its octet length, a colon and its UTF-8; None is a dash."""
    parts = []
    for text in fields:
        octets = None if text is None else text.encode()
        parts.append(b"-" if octets is None else str(len(octets)).encode() + b":" + octets)
    return b"".join(parts)


def checksum_of(chain: Told, event: Told) -> str:
    """The checksum, in hex, of an event of a chain, which says its book, user and portfolio."""
    return _sha256(
        packed(
            "1",
            chain["book"],
            chain["username"],
            chain["portfolio_id"],
            event["seq"],
            event["operation"],
            event["actor"],
            event["occurred_at"],
            event["details"],
            event["previous_checksum"],
        )
    )


def digest_of(seal: Told) -> str:
    """The digest of a seal, in hex."""
    terms = ("book", "number", "sealed_at", "chains", "root", "previous_digest")
    return _sha256(packed("1", "seal", *(seal[term] for term in terms)))


def root_of(chain: Told, sealed: Told) -> str:
    """The root of a seal's tree, in hex, by the way up from a chain's leaf (RFC 6962)."""
    names = (chain["book"], chain["username"], chain["portfolio_id"])
    node = _sha256(b"\0" + packed("1", *names, sealed["seq"], sealed["checksum"]))
    for step in sealed["path"]:
        ((side, sibling),) = step.items()
        pair = sibling + node if side == "left" else node + sibling
        node = _sha256(b"\1" + bytes.fromhex(pair))
    return node


def verify(lines: Iterable[str]) -> Verdict:
    """Checks a file of evidence, or of seals. Raises Failure where it is neither."""
    try:
        head, *told = [json.loads(line) for line in lines if line.strip()]
        what, version = head["twinbook"], head["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise Failure("that is no file of Twinbook's audit", "`twinbook audit export`") from error
    if version != "1" or what not in ("evidence", "seals"):
        raise Failure(f"this doesn't know {what!r} of version {version!r}", "use a newer Twinbook")
    try:
        return _evidence(head, told) if what == "evidence" else _seals(told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        verdict = Verdict(what)
        verdict.faults.append(f"it can't be read as it should be: {error!r}")
        return verdict


def _evidence(head: Told, told: Sequence[Told]) -> Verdict:
    chain = head["username"], head["portfolio"]
    verdict = Verdict("evidence", f"{head['book']}, {' '.join(name for name in chain if name)}")
    _check_seals([line["seal"] for line in told if "seal" in line], verdict)
    events = [line["event"] for line in told if "event" in line]
    verdict.events = len(events)
    before = None
    for place, event in enumerate(events, 1):
        if event["seq"] != str(place):
            verdict.faults.append(f"event {place} is missing: {event['seq']} stands in its place")
            break
        if event["previous_checksum"] != before:
            verdict.faults.append(f"event {place} doesn't follow the one before it")
        if event["checksum"] != checksum_of(head, event):
            verdict.faults.append(f"event {place} isn't what was hashed")
        before = event["checksum"]
    if (head["events"], head["head"]) != (str(len(events)), before):
        verdict.faults.append("its last event isn't the chain's end")
    sealed = [line["sealed"] for line in told if "sealed" in line]
    for place in sealed:
        _check_place(head, place, events, told, verdict)
    if verdict.seals and not sealed:
        verdict.faults.append("it doesn't say where its seal has it")
    return verdict


def _check_place(
    head: Told, sealed: Told, events: Sequence[Told], told: Sequence[Told], verdict: Verdict
) -> None:
    seq = int(sealed["seq"])
    if not 0 < seq <= len(events):
        verdict.faults.append(f"event {seq} was sealed, and is missing")
    elif events[seq - 1]["checksum"] != sealed["checksum"]:
        verdict.faults.append(f"event {seq} isn't the one that was sealed")
    roots = {line["seal"]["number"]: line["seal"]["root"] for line in told if "seal" in line}
    if roots.get(sealed["seal"]) != root_of(head, sealed):
        verdict.faults.append(f"seal {sealed['seal']} doesn't have it")
    else:
        verdict.sealed_until = seq
    if any(book != head["book"] for book, _ in verdict.seals):
        verdict.faults.append("its seals are another book's")


def _seals(told: Sequence[Told]) -> Verdict:
    verdict = Verdict("seals")
    _check_seals([line["seal"] for line in told], verdict)
    return verdict


def _check_seals(seals: Sequence[Told], verdict: Verdict) -> None:
    last: dict[str, Told] = {}
    for seal in seals:
        name = f"seal {seal['number']} of {seal['book']}"
        number = int(seal["number"])
        before = last.get(seal["book"])
        if before and (int(before["number"]) + 1, before["digest"]) != (
            number,
            seal["previous_digest"],
        ):
            verdict.faults.append(f"{name} doesn't follow the one before it")
        if (number == 1) != (seal["previous_digest"] is None):
            verdict.faults.append(f"{name} isn't the first, or is")
        if seal["chains"] == "0" and seal["root"] != _NOTHING:
            verdict.faults.append(f"{name} has a tree of nothing")
        if seal["digest"] != digest_of(seal):
            verdict.faults.append(f"{name} isn't what was hashed")
        verdict.seals[seal["book"], number] = seal["digest"]
        last[seal["book"]] = seal


def _sha256(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()
