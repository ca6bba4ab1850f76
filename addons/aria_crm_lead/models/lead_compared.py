"""What says that two leads are the same person, as keys; plain values that PostgreSQL compares with its indexes."""

from typing import NamedTuple

from odoo.tools import SQL

from odoo.addons.aria_persian.tools.identifiers import phone_key
from odoo.addons.aria_persian.tools.letters import search_key

KEY_LENGTH = 100
"""characters of a key: an index takes no value of any length"""


def cut(key):
    """Return the beginning of ``key``, None when there is none."""
    return key[:KEY_LENGTH] or None


class Compared(NamedTuple):
    """The keys of one lead, in the order in which the statement of duplicates takes them."""

    phone: str | None
    email: str | None
    national_id: str | None
    who: str
    firm: str

    @classmethod
    def of(cls, *, phone, email, national_id, contact_name, partner_name, name):
        """Return the keys of a lead with these (perhaps false) values; ``email`` in its normalised form.

        The subject names a person only where nothing else says who it is.
        """
        nameless = not phone and not email
        who = contact_name or partner_name or (name if nameless else "") or ""
        return cls(
            phone=cut(phone_key(phone or "")),
            email=cut((email or "").lower()),
            national_id=national_id or None,
            who=search_key(who)[:KEY_LENGTH],
            firm=search_key(partner_name or "") if contact_name else "",
        )

    def as_sql(self, lead_id, company_id):
        """Return the SQL of the columns that are compared."""
        return SQL(
            "%s::int, %s::int, %s::text, %s::text, %s::text, %s, %s",
            lead_id or None,
            company_id or None,
            *self,
        )


class Repetitions:
    """Finds the first of several leads of one file that are the same person, in one pass over them."""

    def __init__(self):
        self._exact = {}
        self._named = {}

    def find(self, compared, place):
        """Return the place of the first lead seen so far that is the same person as ``compared``, or None.

        Afterwards ``compared`` is known by ``place``.
        """
        exact = [
            (label, getattr(compared, label))
            for label in ("phone", "email", "national_id")
            if getattr(compared, label)
        ]
        places = [self._exact[key] for key in exact if key in self._exact]
        places += self._find_named(compared)
        for key in exact:
            self._exact.setdefault(key, place)
        if compared.who:
            self._named.setdefault(compared.who, {}).setdefault(compared.firm, place)
        return min(places, default=None)

    def _find_named(self, compared):
        """Return the places of the same name, in the same firm or where one of the two names none."""
        firms = self._named.get(compared.who, {}) if compared.who else {}
        if not compared.firm:
            return list(firms.values())[:1]  # the first one that was seen
        return [firms[firm] for firm in (compared.firm, "") if firm in firms]
