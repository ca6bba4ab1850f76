"""Persian letters and digits as people really type them, brought to one form.

Plain Python, no Odoo. :func:`normalise` is for what is stored: it changes only what is a matter of keyboards
and fonts, never of meaning. :func:`search_key` is for what is compared: it folds far more, and its twin in
SQL (:data:`SEARCH_KEY_BODY`) is generated from the same tables, so that both give the same key.
"""

import re
import unicodedata

ZWNJ = "\u200c"
LATIN_DIGITS = "0123456789"
PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"

_TO_LATIN = str.maketrans(PERSIAN_DIGITS + ARABIC_DIGITS, LATIN_DIGITS * 2)
_TO_PERSIAN = str.maketrans(LATIN_DIGITS + ARABIC_DIGITS, PERSIAN_DIGITS * 2)

# letters of Arabic and Urdu keyboards that stand for a Persian one: ي ى ے, ك, ھ ہ
_KEYBOARD = str.maketrans("\u064a\u0649\u06d2\u0643\u06be\u06c1", "ییی\u06a9هه")
_TO_ARABIC_KEYBOARD = str.maketrans("ی\u06a9", "\u064a\u0643")
_TATWEEL = "\u0640"
# zero-width joiner, direction marks, byte order mark, soft hyphen: invisible, copied along from documents
_INVISIBLE = "".join(
    map(chr, (0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xAD))
)
_DIACRITICS = "".join(
    map(chr, (*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06DD)))
) + "".join(map(chr, (*range(0x06DF, 0x06E5), 0x06E7, 0x06E8, *range(0x06EA, 0x06EE))))

# ligatures that are words or signs of their own (ﷺ, ﷼) stay; the other presentation forms are plain letters
_PRESENTATION = re.compile("[\ufb50-\ufdcf\ufdf0-\ufdf9\ufe70-\ufefc]+")
_ARABIC = "\u0600-\u06ff"
_DROP_STORED = str.maketrans("", "", _TATWEEL + _INVISIBLE)
_DROP_DIACRITICS = str.maketrans("", "", _DIACRITICS)
_HALF_SPACES = re.compile(f"{ZWNJ}+")
_LOOSE_HALF_SPACE = re.compile(f"(?<![{_ARABIC}]){ZWNJ}|{ZWNJ}(?![{_ARABIC}])")
_BLANKS = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u3000]+")

# what a key has no use for: blanks, half-spaces, punctuation, every mark above or below a letter
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{}~«»،؛؟٪٫٬…–—‘’“”•·"
_KEY_DROPPED = (
    " \t\u00a0"
    + ZWNJ
    + _TATWEEL
    + _INVISIBLE
    + _DIACRITICS
    + _PUNCTUATION
    + "ء"
    + "".join(map(chr, range(0x0300, 0x0316)))
    + "".join(map(chr, range(0x0316, 0x0340)))
)
# after decomposition (NFKD) آ أ إ ؤ ئ ۀ are their plain letter and a mark; ٱ ة ە have no decomposition
_KEY_FROM = "\u064a\u0649\u06d2\u0643\u06be\u06c1ٱة\u06d5\u06c3" + PERSIAN_DIGITS + ARABIC_DIGITS
_KEY_TO = "ییی\u06a9ههاههه" + LATIN_DIGITS * 2
_KEY = str.maketrans(_KEY_FROM, _KEY_TO, _KEY_DROPPED)


def to_latin_digits(text: str) -> str:
    """Return ``text`` with Persian and Arabic digits as 0-9."""
    return text.translate(_TO_LATIN)


def to_persian_digits(text: str) -> str:
    """Return ``text`` with Latin and Arabic digits as ۰-۹."""
    return text.translate(_TO_PERSIAN)


def strip_diacritics(text: str) -> str:
    """Return ``text`` without the marks above and below letters (ــَـ ــِـ ــُـ ــّـ ــً …)."""
    return text.translate(_DROP_DIACRITICS)


def normalise(text: str) -> str:
    """Return ``text`` as a Persian keyboard would have typed it.

    ي ى ك and the forms of Urdu keyboards become ی ک ه, presentation forms (ﻻ) plain letters; tatweel and
    invisible marks go; half-spaces stay where they join two letters, once; runs of blanks become one blank.
    Digits and diacritics stay: they are what the writer chose.
    """
    text = _PRESENTATION.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = text.translate(_KEYBOARD).translate(_DROP_STORED)
    text = _LOOSE_HALF_SPACE.sub("", _HALF_SPACES.sub(ZWNJ, text))
    return _BLANKS.sub(" ", text).strip()


def search_key(text: str) -> str:
    """Return what two spellings of the same words have in common.

    Letter variants, digits, blanks, half-spaces, marks, punctuation and case do not count:
    «علی‌رضا», «علي رضا» and «علیرضا» have one key, and so have «پلاک ۱۲» and «پلاک 12».
    """
    return unicodedata.normalize("NFKD", text).lower().translate(_KEY)


def spellings(text: str) -> list[str]:
    """Return ``text`` as typed, and as a Persian and an Arabic keyboard would have it, without repetition."""
    persian = normalise(text)
    return list(dict.fromkeys((text, persian, persian.translate(_TO_ARABIC_KEYBOARD))))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _char_class(text: str) -> str:
    return "[" + "".join(f"\\u{ord(char):04x}" for char in text) + "]"


_KEY_STATEMENTS = f"""k := regexp_replace(lower(normalize($1, NFKD)), '{_char_class(_KEY_DROPPED)}+', '', 'g');
    IF k ~ '{_char_class(_KEY_FROM)}' THEN
        k := translate(k, {_literal(_KEY_FROM)}, {_literal(_KEY_TO)});
    END IF;"""

# Body of the twin of search_key in PL/pgSQL (UTF-8, PostgreSQL 13 or later), argument $1. One translate()
# over all characters would be six times slower: it compares each character with each entry.
SEARCH_KEY_BODY = f"""
DECLARE
    k text;
BEGIN
    {_KEY_STATEMENTS}
    RETURN k;
END
"""

# The twin of identifiers.phone_key. It repeats the statements: a function that calls another by its name
# cannot be restored from a dump when an index stands on it.
PHONE_KEY_BODY = f"""
DECLARE
    k text;
BEGIN
    {_KEY_STATEMENTS}
    k := ltrim(substring(k FROM '^[0-9]*'), '0');
    IF k ~ '^98[0-9]{{10,11}}$' THEN
        k := ltrim(substr(k, 3), '0');
    END IF;
    RETURN CASE WHEN length(k) >= 7 THEN k END;
END
"""
