from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..search import (
    SEPARATOR,
    create_search_functions,
    ensure_search_index,
    search_key,
    search_text,
)
from ..tools.identifiers import clean
from ..tools.letters import search_key as key_of
from ..tools.letters import spellings

TRIGRAM = 3
"""letters that a key needs before the index can narrow the search"""


class AriaSearchMixin(models.AbstractModel):
    """Records that are found whatever the spelling: ی or ي, half-space or none, ۱۲ or 12, any phone notation.

    A model names its columns in ``_aria_search_fields``; one index serves them all. ``name_search`` and
    searches on ``display_name`` use it by themselves; search views may use the field ``aria_search``.
    """

    _name = "aria.search.mixin"
    _description = "Search that knows Persian spelling"

    _aria_search_fields = ()
    """stored, untranslated Char fields"""

    aria_search = fields.Char(
        "Name, Phone or Number", store=False, search="_search_aria_search", exportable=False
    )

    @api.private
    def init(self):
        # EXTENDS 'base'
        result = super().init()
        create_search_functions(self.env.cr)
        if self._auto and not self._abstract and self._aria_search_fields:
            ensure_search_index(self.env.cr, self._table, self._aria_search_fields)
        return result

    @api.model
    def _search_aria_search(self, operator, value):
        if operator != "ilike" or not isinstance(value, str):
            return NotImplemented
        term = self._aria_search_term(value)
        if not key_of(term):
            return Domain.TRUE
        return Domain.custom(to_sql=lambda model, alias, query: model._aria_search_sql(alias, term))

    @api.model
    def _aria_search_sql(self, alias, term):
        """Return the condition that the row of ``alias`` is among those found by the index.

        They are collected first: left to itself, PostgreSQL walks the table in the order of the list, in
        the hope of meeting enough rows soon. First names stand together there, so that it meets none for long.
        """
        found = SQL(
            "SELECT found.id FROM %s AS found WHERE %s LIKE '%%' || %s || '%%'",
            SQL.identifier(self._table),
            search_text("found", self._aria_search_fields),
            search_key(SQL("%s", term)),
        )
        return SQL("%s = ANY(ARRAY(%s))", SQL.identifier(alias, "id"), found)

    @api.model
    def _aria_search_term(self, value):
        """Return ``value`` as it is looked for: of a number, the part that all its notations share."""
        value = value.replace(SEPARATOR, " ").strip()
        number = clean(value).replace("(", "").replace(")", "")
        digits = number.lstrip("+")
        if not (digits.isascii() and digits.isdigit()):
            return value
        if number.startswith(("+98", "0098")) or (digits.startswith("98") and len(digits) == 12):
            digits = digits.lstrip("0")[2:]
        return digits.lstrip("0") or digits

    @api.model
    def _search_display_name(self, operator, value):
        # EXTENDS 'base'
        if operator not in ("ilike", "not ilike") or not isinstance(value, str):
            return super()._search_display_name(operator, value)
        if operator == "not ilike":
            return ~Domain(self._search_display_name("ilike", value))
        if len(key_of(self._aria_search_term(value))) < TRIGRAM:
            # the index cannot help: Odoo's own comparison is cheaper than the key of every row
            known = super()._search_display_name
            return Domain.OR(known("ilike", spelling) for spelling in spellings(value))
        found = Domain("aria_search", "ilike", value)
        if set(self._rec_names_search or [self._rec_name]) <= set(self._aria_search_fields):
            return found
        return found | Domain(super()._search_display_name("ilike", value))
