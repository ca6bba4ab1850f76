"""Arguments of public methods, as they come over RPC: ids for records, text for times."""

from odoo import fields, models
from odoo.exceptions import UserError

# ids are 4 bytes wide in PostgreSQL
MAX_ID = 2**31 - 1


def to_record(env, model, value):
    """Return the record meant by ``value``: a record, an id, or nothing.

    :param value: recordset of at most one record, id, or a false value
    :raise UserError: no such record, several, or one that the user may not see
    """
    if not value:
        return env[model]
    if isinstance(value, models.BaseModel) and value._name == model:
        record = value.with_env(env)
    else:
        try:
            number = int(value)
        except (TypeError, ValueError):
            number = 0
        record = env[model].browse(number if 0 < number <= MAX_ID else ())
    # sudo: existence only
    if len(record) != 1 or not record.sudo().exists() or not record.has_access("read"):
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


def to_date(env, value):
    """Return ``value`` (date, text, or nothing) as date; nothing is today where the user is.

    :raise UserError: the text is not a date
    """
    try:
        return fields.Date.to_date(value) or fields.Date.context_today(env.user)
    except (TypeError, ValueError) as error:
        raise UserError(
            env._("“%(value)s” is not a date; write it as 2026-03-21.", value=value)
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


MAX_PARTS = 50


def to_parts(env, parts, keys, check_target):
    """Return the parts of a division with records and datetimes in them.

    :param list parts: dicts with some of ``keys``; ``unit_id`` or ``user_id``, ``deadline``, ``remind_at``
    :param check_target: called with unit and user of each part, refuses those that could not do it
    :return: dicts with ``unit`` and ``user`` as records, ``deadline`` and ``remind_at`` as datetimes
    :raise UserError: the list is empty or too long, or a part is no dict of known keys
    """
    if not isinstance(parts, list | tuple) or not parts:
        raise UserError(env._("Name at least one part, with the person or unit that does it."))
    if len(parts) > MAX_PARTS:
        raise UserError(
            env._(
                "%(count)s parts are too many; divide into at most %(limit)s.",
                count=len(parts),
                limit=MAX_PARTS,
            )
        )
    return [_to_part(env, part, keys, check_target) for part in parts]


def _to_part(env, part, keys, check_target):
    unknown = set(part) - keys if isinstance(part, dict) else {str(part)}
    if unknown:
        raise UserError(
            env._(
                "A part does not know %(keys)s; it has %(known)s.",
                keys=", ".join(sorted(unknown)),
                known=", ".join(sorted(keys)),
            )
        )
    unit = to_record(env, "aria.unit", part.get("unit_id"))
    user = to_record(env, "res.users", part.get("user_id"))
    check_target(unit, user)
    return {
        **part,
        "unit": unit,
        "user": user,
        "deadline": to_future(env, part.get("deadline"), env._("The deadline of a part")),
        "remind_at": to_future(env, part.get("remind_at"), env._("The reminder of a part")),
    }
