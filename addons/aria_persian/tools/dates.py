"""Dates in texts that the server writes; on the screens Odoo's client does it."""

from odoo import fields
from odoo.tools import format_date

from . import jalali


def format_day(env, day) -> str:
    """Return a date in the calendar of the reader: Jalali in Persian, else as Odoo writes it.

    Digits are those of the screen, where Odoo writes 1405/09/03.

    :param day: date, datetime, or text as Odoo stores them; empty gives an empty text
    """
    moment = fields.Date.to_date(day)
    if moment and (env.context.get("lang") or "").startswith("fa"):
        return jalali.format_date(moment)
    return format_date(env, moment) if moment else ""
