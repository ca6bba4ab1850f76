import re
from dataclasses import dataclass, field

import psycopg2

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, plaintext2html

from odoo.addons.aria_persian.models.aria_identity_mixin import NUMBERS
from odoo.addons.aria_persian.tools.identifiers import IdentifierError, parse_phone
from odoo.addons.aria_persian.tools.letters import to_latin_digits
from odoo.addons.aria_persian.tools.sheets import LostCell
from odoo.addons.phone_validation.tools.phone_validation import phone_parse

from ..models.aria_followup_plan import BATCH, QUIET
from ..models.lead_compared import Compared, Repetitions
from .lead_columns import WHO

MOST_SHOWN = 100
FIRST_SHOWN = 10
SHOWN_COLUMNS = 4
MAX_TEXT = 10_000
LOCAL = re.compile(r"[1-9]\d{6,7}")
"""a number of somebody's own town; nobody can say more about it"""
AMOUNT = re.compile(r"[\s,٬،']")


@dataclass
class Row:
    """One row of the file and what becomes of it."""

    number: int
    cells: list
    vals: dict = field(default_factory=dict)
    state: str = "good"
    reason: str = ""
    compared: Compared | None = None

    def get(self, place):
        return self.cells[place] if place < len(self.cells) else ""

    def end(self, state, reason):
        self.state, self.reason = state, reason


class AriaLeadImport(models.TransientModel):
    """How the rows of a list of leads are judged, compared and recorded."""

    _inherit = "aria.lead.import"

    # ------------------------------------------------------------------ judging
    def _judge(self, table):
        """Return the :class:`Row` of each row of ``table``, with its values or with the reason why it has none."""
        if table is None:
            raise UserError(self._tell_fault("encoding"))
        self._check_columns()
        columns = [(c.place, c.field_name, c.heading) for c in self.column_ids if c.field_name]
        faults = {int(number): reason for number, reason in (self.faults or {}).items()}
        rows = [Row(*pair) for pair in (table[1:] if self.has_headings else table)]
        with self.env.cr.savepoint(flush=False) as savepoint:
            convert = self._make_converter(savepoint)
            for row in rows:
                if row.number in faults:
                    row.end("rejected", faults[row.number])
                else:
                    self._judge_row(row, columns, convert)
        self._compare([row for row in rows if row.state == "good"])
        return rows

    def _judge_row(self, row, columns, convert):
        """Fill the values of ``row``, or reject it with all that is wrong in it."""
        texts, faults = {}, []
        for place, name, heading in columns:
            cell = row.get(place)
            if isinstance(cell, LostCell):
                faults.append(self._tell_lost(cell, heading))
            elif len(cell) > MAX_TEXT:
                faults.append(self.env._("“%(column)s” is too long.", column=heading))
            elif cell:
                texts.setdefault(name, []).append(cell)
        for name, parts in texts.items():
            try:
                row.vals[name] = convert(name, ("\n" if name == "description" else " ").join(parts))
            except ValueError as error:
                faults.append(str(error))
        if not faults and not any(row.vals.get(name) for name in WHO):
            faults.append(
                self.env._("Nothing says who it is: no name, no telephone and no e-mail.")
            )
        if faults:
            row.end("rejected", " ".join(faults))

    def _tell_lost(self, cell, heading):
        if cell:
            return self.env._(
                "“%(column)s” holds the error %(error)s; correct the formula.",
                column=heading,
                error=cell,
            )
        return self.env._(
            "“%(column)s” is a formula whose result is not in the file; open the file in Excel and save it.",
            column=heading,
        )

    def _make_converter(self, savepoint):
        """Return the function (field, text) → value; it raises ValueError with the reason.

        Each text of a field is looked up once, however many rows repeat it.
        """
        lead = self.env["crm.lead"]
        labels = dict(self.env["aria.lead.import.column"]._selection_field_name())
        convert = self.env["ir.fields.converter"].for_model(lead, savepoint=savepoint)
        known = {}

        def convert_reference(name, text):
            problems = []
            reference = text
            if lead._fields[name].relational:
                reference = [{None: ",".join(filter(None, map(str.strip, re.split("[,،]", text))))}]
            value = convert({name: reference}, lambda _name, problem: problems.append(problem))
            if problems:
                raise ValueError(str(problems[0].args[0]) % {"field": labels[name]})
            return value[name]

        def convert_text(name, text):
            special = getattr(self, f"_convert_{name}", None)
            if special:
                return special(text)
            if lead._fields[name].type == "char":
                return text
            if (name, text) not in known:
                try:
                    known[name, text] = convert_reference(name, text)
                except ValueError as error:
                    known[name, text] = error
            value = known[name, text]
            if isinstance(value, ValueError):
                raise value
            return value

        return convert_text

    # ------------------------------------------------------------------ fields with rules of their own
    def _convert_phone(self, text):
        latin = to_latin_digits(text)
        if not parse_phone(latin) and not self._is_other_phone(latin):
            raise ValueError(
                self.env._(
                    "“%(phone)s” cannot be a telephone number; type one number with all of its digits.",
                    phone=text,
                )
            )
        return text  # its digits say whose keyboard typed it, and so which country is meant

    def _is_other_phone(self, latin):
        """Say whether ``latin`` is a number without its area code, or one of another country."""
        digits = re.sub(r"[\s\-.()/]", "", latin)
        number = f"+{digits[2:]}" if digits.startswith("00") else digits
        code = self.company_id.country_id.code or "IR"
        if LOCAL.fullmatch(number):
            return True
        if not re.fullmatch(r"\+?\d{7,15}", number) or number.startswith("+98"):
            return False
        if code == "IR" and not number.startswith("+"):
            return False
        try:
            phone_parse(number, code)
        except UserError:
            return False
        return True  # also where the library that knows the numbers of all countries is missing

    def _convert_email_from(self, text):
        if not email_normalize(text):
            raise ValueError(
                self.env._("“%(email)s” is no e-mail address; type one address.", email=text)
            )
        return text

    def _convert_aria_national_id(self, text):
        return self._convert_number("aria_national_id", text)

    def _convert_aria_economic_code(self, text):
        return self._convert_number("aria_economic_code", text)

    def _convert_number(self, name, text):
        lead = self.env["crm.lead"]
        try:
            return NUMBERS[name](to_latin_digits(text))
        except IdentifierError as error:
            raise ValueError(
                self.env._(
                    "%(number)s cannot be the %(field)s: %(reason)s",
                    number=text,
                    field=lead._aria_get_number_labels()[name],
                    reason=lead._aria_explain(error.reason, name),
                )
            ) from error

    def _convert_expected_revenue(self, text):
        latin = AMOUNT.sub("", to_latin_digits(text)).replace("٫", ".")
        if not re.fullmatch(r"\d{1,15}(\.\d+)?", latin):
            raise ValueError(
                self.env._("“%(amount)s” is no amount; type digits only.", amount=text)
            )
        return float(latin)

    def _convert_description(self, text):
        return plaintext2html(text)

    # ------------------------------------------------------------------ known persons
    def _compare(self, rows):
        """Mark those of ``rows`` whose persons are recorded already, or stand further up in the file."""
        repetitions = Repetitions()
        for place, row in enumerate(rows):
            row.compared = self._get_compared(row.vals)
            first = repetitions.find(row.compared, place)
            if first is not None:
                row.end(
                    "repeated",
                    self.env._("The same person as in row %(row)s.", row=rows[first].number),
                )
        found = self.env["crm.lead"]._aria_find_known([r.compared for r in rows], self.company_id)
        names = self._get_names({ids[0] for ids in found.values()})
        for place, ids in found.items():
            name = names.get(ids[0])
            rows[place].end(
                "known",
                self.env._("Recorded already as “%(lead)s”.", lead=name)
                if name
                else self.env._("Recorded already by somebody else."),
            )

    def _get_compared(self, vals):
        return Compared.of(
            phone=vals.get("phone"),
            email=email_normalize(vals.get("email_from") or ""),
            national_id=vals.get("aria_national_id"),
            contact_name=vals.get("contact_name"),
            partner_name=vals.get("partner_name"),
            name=vals.get("name"),
        )

    def _get_names(self, ids):
        """Return {id: name} of those leads that the user may see."""
        leads = self.env["crm.lead"].with_context(active_test=False)
        return {lead.id: lead.name for lead in leads.search([("id", "in", list(ids))])}

    def _get_shown_columns(self):
        """Return the columns that the preview shows: those that say who it is come first."""
        used = self.column_ids.filtered("field_name")
        return used.sorted(lambda c: (c.field_name not in WHO, c.place))[:SHOWN_COLUMNS]

    def _prepare_shown_rows(self, rows):
        """Return the first rows, and those that a person has to look at, as the preview shows them."""
        places = [c.place for c in self._get_shown_columns()]
        troubled = [row for row in rows if row.state != "good"][:MOST_SHOWN]
        shown = {row.number: row for row in (*rows[:FIRST_SHOWN], *troubled)}
        return [
            {
                "number": row.number,
                "cells": [str(row.get(place))[:80] for place in places],
                "state": row.state,
                "reason": row.reason,
            }
            for _number, row in sorted(shown.items())
        ]

    # ------------------------------------------------------------------ recording
    def _create_leads(self, rows):
        """Return (the leads of ``rows``, {}), or (no leads, {row number: reason}) when the database refuses some."""
        leads, faults = self.env["crm.lead"], {}
        with self.env.cr.savepoint() as savepoint:
            for first in range(0, len(rows), BATCH):
                made, refused = self._create_batch(rows[first : first + BATCH])
                leads |= made
                faults |= refused
            if faults:
                savepoint.rollback()
                return leads.browse(), faults
        return leads, faults

    def _create_batch(self, rows):
        """Create the leads of ``rows``; when one is refused, halve them until it is found."""
        lead = self.env["crm.lead"].with_context(**QUIET)
        try:
            with self.env.cr.savepoint():
                made = lead.create([self._prepare_lead_vals(row) for row in rows])
                return made.with_env(self.env), {}
        except (UserError, psycopg2.IntegrityError, psycopg2.DataError) as error:
            if len(rows) == 1:
                return self.env["crm.lead"], {rows[0].number: str(error).strip()}
        half = len(rows) // 2
        first, faults = self._create_batch(rows[:half])
        second, more = self._create_batch(rows[half:])
        return first | second, faults | more

    def _prepare_lead_vals(self, row):
        """Return the values of the lead of ``row``."""
        who = next(row.vals[name] for name in WHO if row.vals.get(name))
        return {
            "name": who,
            **row.vals,
            "campaign_id": self.campaign_id.id,
            "company_id": self.company_id.id,
            "user_id": self.user_id.id,
            "aria_source_unit_id": self.source_unit_id.id,
            **({"team_id": self.team_id.id} if self.team_id else {}),
        }
