"""Hashes of decisions and of content, and seats that distinct persons take. Plain Python."""

import hashlib
import json


def digest(value):
    """Return the SHA-256 of ``value`` (anything that JSON can hold), in one canonical form."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def link(previous_hash, row):
    """Return the hash of ``row`` (a dict) behind ``previous_hash``."""
    return digest([previous_hash or "", row])


def broken_links(rows, head):
    """Return [(index, what is wrong)] of a chain, in order; the index is ``len(rows)`` for a missing end.

    :param rows: list of (previous hash, hash, row as dict), in the order of writing
    :param head: hash that the last row must have
    """
    found, previous = [], ""
    for index, (claimed, own, row) in enumerate(rows):
        if claimed != previous:
            found.append((index, "gap"))
        elif link(claimed, row) != own:
            found.append((index, "changed"))
        previous = own
    if previous != (head or ""):
        found.append((len(rows), "missing"))
    return found


def can_seat(seats, taken=()):
    """Return whether every seat can be taken by a person of its own.

    :param seats: list of collections of persons that may take the seat
    :param taken: persons who have a seat already
    """
    seat_of = {}

    def place(index, seen):
        for person in seats[index]:
            if person in taken or person in seen:
                continue
            seen.add(person)
            if person not in seat_of or place(seat_of[person], seen):
                seat_of[person] = index
                return True
        return False

    return all(place(index, set()) for index in range(len(seats)))
