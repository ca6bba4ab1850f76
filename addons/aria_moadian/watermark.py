"""The highest serial that left for the service, kept outside the database.

A database that was restored from a backup is behind it, and would give numbers a second time: it shows here. The
file lies in Odoo's ``data_dir``, one for each database and memory; a restored database without it asks the service.
"""

import os
from pathlib import Path

from odoo.tools import config


def read(database, memory_id):
    """Return the highest serial sent from this database for a memory, or None when this server has sent none."""
    try:
        return int(_path(database, memory_id).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def raise_to(database, memory_id, serial):
    """Keep the highest serial; it never falls. The file is replaced whole."""
    if serial <= (read(database, memory_id) or 0):
        return
    path = _path(database, memory_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(str(serial), encoding="ascii")
    draft.replace(path)


def _path(database, memory_id):
    return Path(config["data_dir"]) / "aria_moadian" / database / f"{memory_id}.serial"
