"""Arguments of public methods, as they come over RPC: ids for records, text for times."""

from odoo import fields, models
from odoo.exceptions import UserError


def to_record(env, model, value):
    """Return the record meant by ``value``: a record, an id, or nothing.

    :param value: recordset of at most one record, id, or a false value
    :raise UserError: no such record, or several
    """
    if not value:
        return env[model]
    if isinstance(value, models.BaseModel) and value._name == model:
        record = value.with_env(env)
    else:
        try:
            record = env[model].browse(int(value))
        except (TypeError, ValueError):
            record = env[model]
    # sudo: existence only; rights are checked by whoever uses the record
    if len(record) != 1 or not record.sudo().exists():
        raise UserError(
            env._(
                "%(value)s is not a record of %(model)s; choose one that exists.",
                value=value,
                model=env["ir.model"]._get(model).name,
            )
        )
    return record


def to_datetime(env, value):
    """Return ``value`` (naive UTC datetime, text, or nothing) as datetime or False.

    :raise UserError: the text is not a date and time
    """
    try:
        return fields.Datetime.to_datetime(value) or False
    except (TypeError, ValueError) as error:
        raise UserError(
            env._(
                "“%(value)s” is not a date and time; write it as 2026-03-21 10:30:00.", value=value
            )
        ) from error


def to_future(env, value, what):
    """Return ``value`` as :func:`to_datetime` does, refusing what has passed.

    :param what: name of the field, for the message
    """
    moment = to_datetime(env, value)
    if moment and moment <= fields.Datetime.now():
        raise UserError(env._("%(field)s lies in the past; choose a later time.", field=what))
    return moment


def to_text(env, value, message):
    """Return ``value`` without outer blanks; refuse with ``message`` when nothing is left."""
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise UserError(message)
    return text
