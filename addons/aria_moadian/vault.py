"""Secrets at rest: encrypted with a key that lies outside the database, so that a dump holds no private key.

The key is a file below Odoo's ``data_dir``, which all nodes of a cluster share; it is made at first use, readable by
Odoo's user only. A database restored elsewhere cannot read its secrets, and says so: the key is then given again.
"""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from odoo.tools import config

FILE = "aria_moadian.key"


class VaultFault(Exception):
    """A secret cannot be opened with the key of this server."""


def seal(text):
    """Return text encrypted for this server, as bytes."""
    return _fernet().encrypt(text.encode())


def unseal(data):
    """Return the text that was sealed on this server.

    :raises VaultFault: when it was sealed elsewhere, or the key of the server was lost
    """
    try:
        return _fernet().decrypt(bytes(data)).decode()
    except (InvalidToken, ValueError):
        raise VaultFault from None


def _fernet():
    path = Path(config["data_dir"]) / FILE
    if not path.exists():
        _make(path)
    return Fernet(path.read_bytes())


def _make(path):
    """Write a new key whole or not at all; of two processes at once the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(Fernet.generate_key())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
