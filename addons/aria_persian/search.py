"""The search function in PostgreSQL and the indexes that stand on it.

A live table must stay writable while its index is made: small tables get theirs at once, large ones after the
installation has committed, concurrently, over a connection of its own.
"""

import logging
import zlib
from contextlib import closing

import psycopg2

from odoo import sql_db
from odoo.tools import SQL, make_identifier
from odoo.tools.sql import escape_psql

from .tools.letters import PHONE_KEY_BODY, SEARCH_KEY_BODY

_logger = logging.getLogger(__name__)

FUNCTIONS = {"aria_search_key": SEARCH_KEY_BODY, "aria_phone_key": PHONE_KEY_BODY}
"""names and bodies; one argument and the result are text"""

SEPARATOR = "\n"
"""stands between the columns of a search text; no key of a term contains it"""

LARGE_TABLE = 50_000
"""rows from which an index is made concurrently; below, its lock lasts less than a second"""

TIMEOUT = "30min"
"""an index that waits longer than that, for other transactions, is given up until the next upgrade"""


def create_search_functions(cr):
    """Make ``aria_search_key(text)`` and ``aria_phone_key(text)``, or anew what has changed.

    Indexes hold keys made by the old function: they go with it, and the models make them again.
    """
    cr.execute(
        "SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s) AND pronamespace = current_schema::regnamespace",
        [list(FUNCTIONS)],
    )
    found = dict(cr.fetchall())
    for name, body in FUNCTIONS.items():
        if found.get(name) == body:
            continue
        _drop_function(cr, name)
        cr.execute(
            SQL(
                "CREATE FUNCTION %s(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %s",
                SQL.identifier(name),
                body,
            )
        )


def drop_search_functions(cr):
    """Drop the functions with their indexes."""
    for name in FUNCTIONS:
        _drop_function(cr, name)


def _drop_function(cr, name):
    cr.execute(SQL("DROP FUNCTION IF EXISTS %s(text) CASCADE", SQL.identifier(name)))


def search_key(text):
    """Return the SQL of the key of ``text``, an SQL expression or a value."""
    return SQL("aria_search_key(%s)", text)


def phone_key(text):
    """Return the SQL of the key of a telephone, an SQL expression or a value; NULL when it is none."""
    return SQL("aria_phone_key(%s)", text)


def search_text(alias, columns):
    """Return the SQL of the key of several columns of the table ``alias`` (empty: in the index itself)."""
    parts = (
        SQL("COALESCE(%s, '')", SQL.identifier(alias, name) if alias else SQL.identifier(name))
        for name in columns
    )
    return search_key(SQL(" || E'\\n' || ").join(parts))


def ensure_search_index(cr, table, columns):
    """Make the trigram index over the search text of ``columns`` unless it is there."""
    if _has_trigram(cr):
        ensure_index(cr, table, "search", SQL("gin (%s gin_trgm_ops)", search_text("", columns)))


def ensure_index(cr, table, label, definition):
    """Make the index of ``table`` that is called ``label`` unless it is there and valid.

    Its name carries a hash of its definition: when that changes, the old one goes.

    :param SQL definition: what follows USING; without parameters
    """
    prefix = f"{table}_aria_{label}_"
    name = make_identifier(f"{prefix}{zlib.crc32(definition.code.encode()):08x}")
    cr.execute(
        """SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = %s::regclass AND c.relname LIKE %s""",
        [table, escape_psql(prefix) + "%"],
    )
    found = dict(cr.fetchall())
    for stale in [old for old, valid in found.items() if old != name or not valid]:
        cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(stale)))
    if not found.get(name):
        _create_index(cr, name, table, definition)


def _has_trigram(cr):
    cr.execute("SELECT 1 FROM pg_opclass WHERE opcname = 'gin_trgm_ops'")
    return bool(cr.rowcount)


def _create_index(cr, name, table, definition):
    """Make the index now, or after the commit when the table is large."""

    def statement(how):
        return SQL(
            "CREATE INDEX %s IF NOT EXISTS %s ON %s USING %s",
            how,
            SQL.identifier(name),
            SQL.identifier(table),
            definition,
        )

    if _count_rows(cr, table) < LARGE_TABLE:
        cr.execute(statement(SQL()))
    else:
        dbname = cr.dbname
        cr.postcommit.add(
            lambda: build_concurrently(dbname, statement(SQL("CONCURRENTLY")), name, table)
        )


def _count_rows(cr, table):
    """Return the number of rows of ``table``, at most :data:`LARGE_TABLE`."""
    cr.execute(
        SQL("SELECT COUNT(*) FROM (SELECT FROM %s LIMIT %s) t", SQL.identifier(table), LARGE_TABLE)
    )
    return cr.fetchone()[0]


def build_concurrently(dbname, statement, name, table):
    """Run ``statement``, which makes the index ``name``, while others go on writing ``table``.

    Searches work without it, only slower: a failure is reported and mended by the next upgrade.
    """
    with closing(sql_db.db_connect(dbname).cursor()) as cr:
        cr._cnx.autocommit = True  # PostgreSQL allows it outside transactions only
        try:
            cr.execute(SQL("SET statement_timeout = %s", TIMEOUT))
            cr.execute(statement)
            cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        except psycopg2.Error as error:
            _logger.error(
                "The index %s was not made (%s); searches of %s are slow until aria_persian is upgraded.",
                name,
                str(error).strip(),
                table,
            )
            cr.execute(SQL("DROP INDEX CONCURRENTLY IF EXISTS %s", SQL.identifier(name)))
        finally:
            cr.execute("RESET statement_timeout")
            cr._cnx.autocommit = False
