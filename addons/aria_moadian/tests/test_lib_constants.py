"""The tables of the protocol agree with one another."""

import re
import subprocess
import sys
from pathlib import Path

from odoo.addons.aria_moadian.lib import constants

LIB = Path(constants.__file__).parent


def test_every_field_has_an_obligation_in_every_pattern():
    assert set(constants.FIELDS) == set(constants.MATRIX)
    for name, row in constants.MATRIX.items():
        assert re.fullmatch("[ROC-]{12} [ROC-]{4}", row), name


def test_numbers_of_fields_are_unique():
    numbers = [field.number for field in constants.FIELDS.values() if field.number]
    assert len(numbers) == len(set(numbers)) == 78


def test_numbers_of_fields_as_published():
    published = {
        "taxid": "001",
        "irtaxid": "006",
        "tinb": "012",
        "sstid": "033",
        "mu": "035",
        "vra": "044",
    }
    assert {name: constants.FIELDS[name].number for name in published} == published


def test_units_as_published():
    assert len(constants.UNITS) == 102
    assert [constants.UNITS[code] for code in ("1627", "164", "1612")] == ["عدد", "کیلوگرم", "عدل"]


def test_library_never_imports_odoo():
    for path in LIB.glob("*.py"):
        assert not re.search(
            r"^\s*(from|import) odoo", path.read_text(encoding="utf-8"), re.MULTILINE
        ), path.name
    # every module loads as a package of its own, in a Python without the path of Odoo
    names = sorted(path.stem for path in LIB.glob("*.py"))
    code = f"import importlib, sys; [importlib.import_module('lib.' + n) for n in {names!r}]; sys.exit('odoo' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=LIB.parent, env={}, check=True)
