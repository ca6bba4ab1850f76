"""Reading and writing tables: Excel (xlsx) and CSV, as tax portals and accountants hand them over.

Plain Python. A table's columns are found by their headings, whatever their order; a heading is compared without blanks,
half-spaces and kinds of letters, so that «شناسه‌ی کالا» and "شناسه كالا" are one.
"""

import csv
import io
import itertools
import zipfile

import openpyxl
import xlsxwriter

from .letters import normalise, search_key

MAX_FILE = 64 * 2**20  # bytes of an upload
MAX_OPENED = 1024 * 2**20  # bytes of its parts, unpacked
MAX_COLUMNS = 200  # a stray cell at the far end of a sheet would make every row as wide
HEADING_ROWS = 10  # rows in which the headings are looked for
UNICODE = ("utf-8-sig", "utf-16")
ENCODINGS = (*UNICODE, "cp1256")
ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}


class SheetFault(ValueError):
    """A file that is no such table. ``reason``: size, format, headings, encoding, quotes."""

    @property
    def reason(self):
        return self.args[0]


class LostCell(str):
    """A cell whose value is not in the file: a formula that was never computed, or one that failed."""

    __slots__ = ()


def read_rows(data, *, max_file=MAX_FILE, max_opened=MAX_OPENED, encodings=ENCODINGS, strict=False):
    """Yield (row number as the spreadsheet shows it, list of texts) of the first sheet, blank rows too.

    Its size is looked at before anything is unpacked. What a formula should have given is a :class:`LostCell`
    where the file does not say it.

    :param data: bytes of an xlsx or CSV file
    :param encodings: those that a CSV file may have, the first that fits is taken
    :param strict: refuse a CSV file whose quotation marks do not match: they would swallow rows
    :raises SheetFault: with the reason
    """
    if not data or len(data) > max_file:
        raise SheetFault("size" if data else "format")
    if data[:2] == b"PK":
        rows = _excel_rows(data, max_opened)
    else:
        rows = _csv_rows(data, encodings, strict)
    return enumerate(rows, start=1)


def read(data, columns, required):
    """Yield (row number as the spreadsheet shows it, {column: text}) of a table.

    :param data: bytes of an xlsx or CSV file
    :param columns: {name: headings it may have}
    :param required: names of columns that must be there
    :raises SheetFault: before the first row, with the reason
    """
    keys = {name: {search_key(text) for text in texts} for name, texts in columns.items()}
    places = None
    for number, row in read_rows(data):
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


def _excel_rows(data, max_opened=MAX_OPENED):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > max_opened:
                raise SheetFault("size")
            has_formulas = _has_formulas(archive)
        values = _open(data, data_only=True).iter_rows(values_only=True)
        if not has_formulas:
            yield from ([_text(cell) for cell in row[:MAX_COLUMNS]] for row in values)
            return
        formulas = _open(data, data_only=False).iter_rows()
        for row, cells in zip(values, formulas, strict=True):
            pairs = itertools.zip_longest(row[:MAX_COLUMNS], cells[:MAX_COLUMNS])
            yield [_computed(*pair) for pair in pairs]
    except SheetFault:
        raise
    # a broken workbook raises whatever its broken part meets: zip, XML, numbers, missing parts
    except Exception as error:
        raise SheetFault("format") from error


def _open(data, *, data_only):
    """Return the first sheet, with the values of formulas or with the formulas themselves."""
    sheet = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=data_only
    ).worksheets[0]
    sheet.reset_dimensions()  # files written by portals often claim a wrong size
    return sheet


def _has_formulas(archive):
    """Say whether a sheet has formulas, without unpacking it into memory."""
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            with archive.open(name) as part:
                tail = b""
                while chunk := part.read(2**16):
                    if b"<f>" in tail + chunk or b"<f " in tail + chunk:
                        return True
                    tail = chunk[-3:]
    return False


def _computed(value, cell):
    """Return the text of a cell that may have a formula."""
    if value is None and cell is not None and cell.data_type == "f":
        return LostCell()
    return _text(value)


def _text(cell):
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = normalise(str(cell)).strip()
    return LostCell(text) if text in ERRORS else text


def _csv_rows(data, encodings=ENCODINGS, strict=False):
    text = _decode(data, encodings)
    head = text[:4096]
    delimiter = max(",;\t|", key=head.count)
    csv.field_size_limit(2**20)
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=strict):
            yield [normalise(cell).strip() for cell in row[:MAX_COLUMNS]]
    except csv.Error as error:
        raise SheetFault("quotes" if strict else "format") from error


def _decode(data, encodings):
    has_mark = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in data and not has_mark:
        raise SheetFault("format")
    for encoding in encodings:
        if (encoding == "utf-16") > has_mark:
            continue
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetFault("encoding")


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
