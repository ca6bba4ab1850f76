"""Reading and writing tables: Excel (xlsx) and CSV, as tax portals and accountants hand them over.

Plain Python. A table's columns are found by their headings, whatever their order; a heading is compared without blanks,
half-spaces and kinds of letters, so that «شناسه‌ی کالا» and "شناسه كالا" are one.
"""

import csv
import io
import zipfile

import openpyxl
import xlsxwriter

from odoo.addons.aria_persian.tools.letters import normalise, search_key

MAX_FILE = 64 * 2**20  # bytes of an upload
MAX_OPENED = 1024 * 2**20  # bytes of its parts, unpacked
HEADING_ROWS = 10  # rows in which the headings are looked for
ENCODINGS = ("utf-8-sig", "utf-16", "cp1256")


class SheetFault(ValueError):
    """A file that is no such table. ``reason``: size, format, headings."""

    @property
    def reason(self):
        return self.args[0]


def read(data, columns, required):
    """Yield (row number as the spreadsheet shows it, {column: text}) of a table.

    :param data: bytes of an xlsx or CSV file
    :param columns: {name: headings it may have}
    :param required: names of columns that must be there
    :raises SheetFault: before the first row, with the reason
    """
    if not data or len(data) > MAX_FILE:
        raise SheetFault("size" if data else "format")
    rows = _excel_rows(data) if data[:2] == b"PK" else _csv_rows(data)
    keys = {name: {search_key(text) for text in texts} for name, texts in columns.items()}
    places = None
    for number, row in enumerate(rows, start=1):
        if places is None:
            places = _places(row, keys, required)
            if places is None and number >= HEADING_ROWS:
                break
        elif any(row):
            yield number, {name: row[at] if at < len(row) else "" for name, at in places.items()}
    if places is None:
        raise SheetFault("headings")


def _places(row, keys, required):
    """Return {column: its place} when a row holds the headings, else None."""
    found = {}
    for at, cell in enumerate(row):
        key = search_key(cell)
        for name, wanted in keys.items():
            if key and key in wanted:
                found.setdefault(name, at)
    return found if set(required) <= set(found) else None


def _excel_rows(data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_OPENED:
                raise SheetFault("size")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # files written by portals often claim a wrong size
        for row in sheet.iter_rows(values_only=True):
            yield [_text(cell) for cell in row]
    except SheetFault:
        raise
    # a broken workbook raises whatever its broken part meets: zip, XML, numbers, missing parts
    except Exception as error:
        raise SheetFault("format") from error


def _text(cell):
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return normalise(str(cell)).strip()


def _csv_rows(data):
    text = _decode(data)
    head = text[:4096]
    delimiter = max(",;\t|", key=head.count)
    csv.field_size_limit(2**20)
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            yield [normalise(cell).strip() for cell in row]
    except csv.Error as error:
        raise SheetFault("format") from error


def _decode(data):
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SheetFault("format")
    for encoding in ENCODINGS:
        if encoding == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetFault("format")


def write(sheets):
    """Return the bytes of an xlsx file.

    :param sheets: {name: list of rows}; cells are written as text, so that no long number loses digits and no text is
        taken for a formula
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(at, place, "" if cell is None else str(cell))
    book.close()
    return buffer.getvalue()
