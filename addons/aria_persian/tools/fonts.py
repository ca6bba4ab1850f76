"""The Persian font of papers, as style sheets that need nothing from outside. Plain Python, no Odoo."""

import base64
from functools import cache
from pathlib import Path

FAMILY = "Vazirmatn"
_FOLDER = Path(__file__).parent.parent / "static" / "fonts" / "vazirmatn"


@cache
def font_css() -> str:
    """Return the ``@font-face`` rules of the regular and the bold face, with the font itself in them.

    TrueType, as wkhtmltopdf reads no WOFF2; in the sheet, as it may read no files either.
    """
    return "\n".join(
        f'@font-face {{font-family: "{FAMILY}"; font-weight: {weight}; src: url(data:font/ttf;base64,'
        f"{base64.b64encode((_FOLDER / f'{FAMILY}-{name}.ttf').read_bytes()).decode()})"
        ' format("truetype");}'
        for name, weight in (("Regular", "normal"), ("Bold", "bold"))
    )
