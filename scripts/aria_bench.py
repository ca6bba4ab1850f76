"""What the benchmarks share: counting queries, rows in large numbers, and the table of the results.

A benchmark runs in an Odoo shell (``./aria bench``), measures two ways in one run, and states a bar for their
ratio. ``python aria_bench.py RESULTS [README]`` prints the table, and writes it between the markers of README.
"""

import json
import os
import pathlib
import statistics
import sys
import time
from contextlib import contextmanager

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


# ---------------------------------------------------------------------- measuring
class Sample:
    """Queries, seconds in SQL and seconds in all of what was measured."""

    queries = 0
    sql = 0.0
    seconds = 0.0


@contextmanager
def measured(env, *, cold=True):
    """Measure a block: everything pending is written before it, and what it leaves pending counts.

    :param cold: forget what the cache of records holds, as at the beginning of a request
    """
    env.flush_all()
    if cold:
        env.invalidate_all()
    cursor, sample = type(env.cr), Sample()
    original = cursor.execute

    def execute(self, *args, **kwargs):
        begin = time.perf_counter()
        try:
            return original(self, *args, **kwargs)
        finally:
            sample.sql += time.perf_counter() - begin
            sample.queries += 1

    cursor.execute = execute
    begin = time.perf_counter()
    try:
        yield sample
        env.cr.flush()  # with what runs before a commit: tracking, notifications
    finally:
        sample.seconds = time.perf_counter() - begin
        cursor.execute = original


def median(samples, name):
    """Return the median of an attribute of :class:`Sample`."""
    return statistics.median(getattr(sample, name) for sample in samples)


@contextmanager
def undone(env):
    """Run a block and take back all that it wrote, so that each repetition starts from the same rows."""
    env.flush_all()
    env.cr.execute("SAVEPOINT aria_bench")
    try:
        yield
        env.flush_all()
    finally:
        env.invalidate_all(flush=False)
        env.cr.execute("ROLLBACK TO SAVEPOINT aria_bench")
        env.cr.precommit.clear()
        env.cr.postcommit.clear()


@contextmanager
def database(name):
    """Open an environment on another database of this run."""
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    with Registry(name).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})


def other_database(kind):
    """Return the name of the database of ``kind`` (see bench.sh) of this run, or None."""
    return os.environ.get(f"ARIA_BENCH_{kind.upper()}")


def other_odoo(*options):
    """Return the command of an Odoo server on the database of this benchmark."""
    from odoo.tools import config

    return [
        sys.executable,
        str(pathlib.Path(__file__).with_name("odoo-bin")),
        f"--addons-path={','.join(config['addons_path'])}",
        f"--data-dir={config['data_dir']}",
        f"--database={config['db_name'][0]}",
        "--http-interface=127.0.0.1",
        "--max-cron-threads=0",
        "--log-level=warn",
        *options,
    ]


# ---------------------------------------------------------------------- rows in large numbers
def multiply(env, record, count, **columns):
    """Copy the row of ``record`` ``count`` times in one statement.

    :param columns: {column: SQL expression of ``n``, the number of the copy from 1}
    """
    from odoo.tools import SQL

    env.flush_all()
    table = record._table
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND table_schema = current_schema AND column_name != 'id'",
        [table],
    )
    names = [name for (name,) in env.cr.fetchall()]
    values = [
        SQL(columns[name].replace("%", "%%")) if name in columns else SQL.identifier(name)
        for name in names
    ]
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(1, %s) AS n WHERE id = %s",
            SQL.identifier(table),
            SQL(", ").join(SQL.identifier(name) for name in names),
            SQL(", ").join(values),
            SQL.identifier(table),
            count,
            record.id,
        )
    )
    env.invalidate_all()


def tidy(env, *tables):
    """Commit, and do for ``tables`` what PostgreSQL's autovacuum does on a living server."""
    env.cr.commit()
    connection = env.cr._cnx
    connection.autocommit = True
    try:
        for table in tables:
            env.cr.execute(f"VACUUM ANALYZE {table}")
    finally:
        connection.autocommit = False


def make_staff(env, count, *groups, **values):
    """Return ``count`` new employees with the groups named by XML ids.

    :param values: of each; a password costs a third of a second each, so there is none by itself
    """
    from odoo.fields import Command

    quiet = env["res.users"].with_context(no_reset_password=True, tracking_disable=True)
    group_ids = [env.ref(name).id for name in groups or ("base.group_user",)]
    users = quiet.create(
        [
            {
                "name": f"Clerk {n}",
                "login": f"clerk{n}",
                "tz": "Asia/Tehran",
                "group_ids": [Command.set(group_ids)],
                **values,
            }
            for n in range(1, count + 1)
        ]
    )
    env.flush_all()
    return users


def as_user(env, user):
    """Return the environment of a request of ``user``."""
    context = {"lang": user.lang, "tz": user.tz, "allowed_company_ids": env.company.ids}
    return env(user=user.id, context=context, su=False)


# fields that a widget of Odoo asks for beside those of the view (fieldDependencies of its script)
WIDGETS = {
    "qty_at_date_widget": (
        "display_qty_widget", "free_qty_today", "forecast_expected_date", "is_mto", "move_ids",
        "qty_available_today", "qty_to_deliver", "scheduled_date", "virtual_available_at_date",
        "warehouse_id",
    )
}  # fmt: skip


def specification(env, model, view_type):
    """Return what the web client asks for to show the user the view of ``model``."""
    from lxml import etree

    view = etree.fromstring(env[model].get_view(view_type=view_type)["arch"])
    found = {}
    for node in view.xpath("//field[not(ancestor::field)]"):
        field = env[model]._fields[node.get("name")]
        if field.relational and node.get("column_invisible") in ("1", "True"):
            found[node.get("name")] = {"fields": {}}  # the id only
            continue
        nested = {
            name: _shown(env[field.comodel_name]._fields[name])
            for name in node.xpath("./list/field/@name")
        }
        for widget in node.xpath("./list/widget/@name"):
            nested |= {name: {} for name in WIDGETS.get(widget, ())}
        found[node.get("name")] = _shown(field, nested)
    return found


def _shown(field, nested=None):
    """Return what the web client asks of ``field``: of a relation the fields of its list, or the name."""
    return {"fields": nested or {"display_name": {}}} if field.relational else {}


# ---------------------------------------------------------------------- results
class Report:
    """The results of one benchmark; each is printed as it is known."""

    def __init__(self, subject):
        self.subject = subject
        self.rows = []

    def add(self, what, figures, bar="", holds=None):
        """Keep a result.

        :param str bar: what is demanded; empty for a baseline
        :param holds: whether it is met; None for a baseline
        """
        row = {
            "subject": self.subject,
            "what": what,
            "figures": figures,
            "bar": bar,
            "holds": holds,
        }
        self.rows.append(row)
        print(f"  {what}: {figures}{f' (bar: {bar}: {verdict(holds)})' if bar else ''}", flush=True)

    def finish(self):
        """Hand the results to ``./aria bench``; exit with 1 when a bar is missed."""
        out = os.environ.get("ARIA_BENCH_RESULTS")
        if out:
            with open(out, "a", encoding="utf-8") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)
        if any(row["holds"] is False for row in self.rows):
            sys.exit(1)


def verdict(holds):
    """Return how a table says whether a bar holds."""
    return {True: "holds", False: "MISSED", None: "–"}[holds]


def as_table(rows):
    """Return the rows as a Markdown table whose columns are aligned."""
    head = ["Subject", "Measured", "Result", "Bar", "Verdict"]
    body, last = [], None
    for row in rows:
        subject = row["subject"] if row["subject"] != last else ""
        last = row["subject"]
        bar = row["bar"] or "baseline"
        body.append([subject, row["what"], row["figures"], bar, verdict(row["holds"])])
    widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
    lines = [head, ["-" * width for width in widths], *body]
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )


def write_between_markers(path, table):
    """Replace what stands between the two markers of the file."""
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        sys.exit(f"{path.name} lacks the markers {BEGIN} and {END}; put them back.")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def main(results, readme=None):
    """Print the table of a run; write it into ``readme`` when given."""
    lines = pathlib.Path(results).read_text(encoding="utf-8").splitlines()
    table = as_table([json.loads(line) for line in lines])
    print(table)
    if readme:
        write_between_markers(pathlib.Path(readme), table)


if __name__ == "__main__":
    main(*sys.argv[1:])
