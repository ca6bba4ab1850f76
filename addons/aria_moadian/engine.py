"""How the addon writes what no user may: with a private token, or by one statement for many rows.

The token is compared by identity: nothing that arrives over RPC, in a context or an import can equal it.
"""

from odoo.tools import SQL

TOKEN = object()
CONTEXT_KEY = "aria_moadian_token"


def holds_token(env):
    """Return whether the environment was opened by the addon itself."""
    return env.context.get(CONTEXT_KEY) is TOKEN


def with_token(records):
    """Return ``records`` as superuser, for writes of the addon itself."""
    # sudo: the addon writes what no user may; its callers have checked the rights
    return records.sudo().with_context(**{CONTEXT_KEY: TOKEN})


def update_many(model, rows):
    """Write guarded columns of many records in one statement, whatever their number.

    :param model: the model (any recordset of it)
    :param rows: {id: {field: value}}; every row has the same fields
    """
    if not rows:
        return
    names = list(next(iter(rows.values())))
    model.flush_model(names)
    casts = SQL(", ").join(
        SQL(
            "%s = v.%s::%s",
            SQL.identifier(name),
            SQL.identifier(name),
            SQL(model._fields[name]._column_type[1]),
        )
        for name in names
    )
    values = SQL(", ").join(
        SQL(
            "(%s, %s)",
            record_id,
            SQL(", ").join(SQL("%s", _column(model, name, row[name])) for name in names),
        )
        for record_id, row in rows.items()
    )
    model.env.cr.execute(
        SQL(
            "UPDATE %s SET %s, write_date = now() AT TIME ZONE 'UTC' FROM (VALUES %s) AS v(id, %s) WHERE %s.id = v.id",
            SQL.identifier(model._table),
            casts,
            values,
            SQL(", ").join(map(SQL.identifier, names)),
            SQL.identifier(model._table),
        )
    )
    records = model.browse(rows)
    records.invalidate_recordset(names, flush=False)
    records.modified(names)  # what is computed from them and was looked at before


def _column(model, name, value):
    return model._fields[name].convert_to_column(value, model, validate=False)
