from odoo import api, fields, models
from odoo.tools import SQL


class AriaTurn(models.Model):
    """A row on which transactions meet before they read what they must not both decide on.

    Two transactions that take the same key at once never both go on: the second waits for the first and
    is then replayed by Odoo on a snapshot that holds what the first has written.
    """

    _name = "aria.turn"
    _description = "Turn of a Transaction"
    _log_access = False
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    last_id = fields.Integer(
        "Last Receiver", readonly=True, help="User who got the last piece of work of a unit."
    )

    _key_uniq = models.Constraint("UNIQUE(key)", "This turn exists already; use the one there is.")

    @api.model
    def _take(self, keys):
        """Meet on ``keys``; to be called before reading what is decided on.

        :return: {key: last id}
        """
        rows = self.env.execute_query(
            SQL(
                # a plain insert's clash is not replayed, a conflict that updates is
                """
                INSERT INTO aria_turn (key) VALUES %s
                ON CONFLICT (key) DO UPDATE SET key = EXCLUDED.key
                RETURNING key, last_id
                """,
                SQL(", ").join(SQL("(%s)", key) for key in sorted(set(keys))),
            )
        )
        return {key: last_id or 0 for key, last_id in rows}

    @api.model
    def _set_last(self, key, last_id):
        """Keep ``last_id`` on ``key``, which this transaction has taken."""
        self.env.cr.execute(SQL("UPDATE aria_turn SET last_id = %s WHERE key = %s", last_id, key))
