"""Whole numbers in Persian and English words, as they are written on papers. Plain Python, no Odoo."""

LIMIT = 10**18
"""numbers from here on have no words that people know"""

_FA_ONES = [
    "صفر",
    "یک",
    "دو",
    "سه",
    "چهار",
    "پنج",
    "شش",
    "هفت",
    "هشت",
    "نه",
    "ده",
    "یازده",
    "دوازده",
    "سیزده",
    "چهارده",
    "پانزده",
    "شانزده",
    "هفده",
    "هجده",
    "نوزده",
]
_FA_TENS = ["بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود"]
_FA_HUNDREDS = ["صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد"]
_FA_GROUPS = ("", "هزار", "میلیون", "میلیارد", "تریلیون", "کوادریلیون")
_FA_AND = " و "

_EN_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_EN_GROUPS = ("", "thousand", "million", "billion", "trillion", "quadrillion")


def in_words(number: int, language: str) -> str:
    """Return a whole number in words: ``fa`` or ``fa_IR`` in Persian, any other language in English.

    :raises ValueError: when it is no whole number below 10^18
    """
    if isinstance(number, bool) or not isinstance(number, int) or abs(number) >= LIMIT:
        raise ValueError(f"{number!r} is no whole number of at most 18 digits.")
    persian = language[:2] == "fa"
    if number < 0:
        return f"{'منفی' if persian else 'minus'} {in_words(-number, language)}"
    return _persian(number) if persian else _english(number)


def amount_in_words(
    amount: float, language: str, unit: str, subunit: str = "", decimals: int = 0
) -> str:
    """Return an amount of money in words: «دوازده دلار و پنجاه سنت», "twelve Dollars and fifty Cents".

    :param unit: what is counted, in ``language``; ``subunit`` its hundredths (or as many as ``decimals`` says)
    :raises ValueError: when it has 18 digits or more
    """
    persian, size = language[:2] == "fa", 10**decimals
    whole, rest = divmod(round(abs(amount) * size), size)
    text = f"{in_words(whole, language)} {unit}"
    if rest:
        text += f"{_FA_AND if persian else ' and '}{in_words(rest, language)} {subunit}".rstrip()
    if amount < 0 and (whole or rest):
        text = f"{'منفی' if persian else 'minus'} {text}"
    return text.rstrip()


def _split(number: int) -> list[tuple[int, int]]:
    """Return [(three digits, which group)] of what is not zero, highest first."""
    groups = []
    for group in range(len(_FA_GROUPS)):
        number, three = divmod(number, 1000)
        if three:
            groups.append((three, group))
    return groups[::-1]


def _persian(number: int) -> str:
    parts = []
    for three, group in _split(number):
        # a thousand is «هزار», but a million «یک میلیون»
        words = [] if (three, group) == (1, 1) else [_persian_three(three)]
        parts.append(" ".join([*words, _FA_GROUPS[group]]).strip())
    return _FA_AND.join(parts) or _FA_ONES[0]


def _persian_three(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    parts = [_FA_HUNDREDS[hundreds - 1]] if hundreds else []
    if rest >= 20:
        parts.append(_FA_TENS[rest // 10 - 2])
        rest %= 10
    if rest:
        parts.append(_FA_ONES[rest])
    return _FA_AND.join(parts)


def _english(number: int) -> str:
    parts = [f"{_english_three(t)} {_EN_GROUPS[g]}".strip() for t, g in _split(number)]
    if len(parts) > 1 and number % 1000 and number % 1000 < 100:
        parts[-2:] = [f"{parts[-2]} and {parts[-1]}"]
    return ", ".join(parts) or _EN_ONES[0]


def _english_three(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    parts = [f"{_EN_ONES[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        parts.append(_EN_TENS[tens - 2] + (f"-{_EN_ONES[ones]}" if ones else ""))
    elif rest:
        parts.append(_EN_ONES[rest])
    return " and ".join(parts)
