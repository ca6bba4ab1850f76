"""What the codes of the service mean, in Persian and English.

Follows RC_TXPS.EC V02, parts 4 to 7, and section 9 of the fact sheet. Codes of calls and of transport are a
table. Codes of content are built: S K FFF DD (severity, kind, field, detail) and are read by their structure;
older lists print fields with two digits (``0301``, ``012802``). A code never seen is still explained.
"""

from typing import NamedTuple

from .constants import (
    BAD_PATTERN,
    DUPLICATE,
    END_CODE,
    ERROR,
    EXCLUSIVE_LIMIT,
    FIELDS,
    LIMIT,
    LOGIC,
    MISSING,
    NOT_IN_ENUM,
    NOT_JSON,
    OUTSIDE,
    SECTION_NUMBERS,
    STRUCTURE,
    SYSTEM,
    TOO_MANY_DECIMALS,
    UNKNOWN_FIELD,
    WARNING,
    WRONG_TYPE,
)


class Code(NamedTuple):
    """A code explained.

    ``severity``: "error", "warning" or "" (end of a list). ``kind``: "call" (the call was refused), "transport"
    (a packet could not be opened), "content" (the invoice) or "unknown". ``field``: the name of the field in the
    JSON of the invoice, or "". ``fa``, ``en``: what it means. ``retry``: "now" (with a new nonce), "later" (the
    fault is the server's), "no".
    """

    code: str
    severity: str
    kind: str
    field: str
    fa: str
    en: str
    retry: str = "no"


class Texts(NamedTuple):
    fa: str
    en: str


_CALL = {
    "4100": ("این روش فراخوانی پشتیبانی نمی‌شود.", "The method of the call is not supported."),
    "4101": (
        "محتوای نشانه (توکن) nonce و clientId نیست.",
        "The token does not hold nonce and clientId.",
    ),
    "4102": ("nonce نامعتبر، استفاده‌شده یا منقضی است.", "The nonce is unknown, used or expired."),
    "4103": (
        "شناسه ملی گواهی با صاحب شناسه حافظه مالیاتی یکی نیست.",
        "The national id of the certificate is not that of the owner of the memory id.",
    ),
    "4110": ("شناسه حافظه مالیاتی یافت نشد.", "The memory id is not known."),
    "4120": ("شناسه شرکت معتمد یافت نشد.", "The id of the trusted company is not known."),
    "4130": ("ساختار نشانه (توکن) درست نیست.", "The structure of the token is wrong."),
    "4131": ("امضا یا گواهی معتبر نیست.", "The signature or the certificate is not valid."),
    "4132": ("کلید عمومی معتبری ثبت نشده است.", "There is no valid public key."),
    "4133": ("امضا معتبر نیست.", "The signature is not valid."),
    "4134": ("رمزگذاری نویسه‌ها UTF-8 نیست.", "The text is not UTF-8."),
    "4135": ("گواهی (x5c) در سرآمد نشانه نیست.", "The certificate (x5c) is missing in the token."),
    "4136": ("قالب گواهی (x5c) درست نیست.", "The form of the certificate (x5c) is wrong."),
    "4137": (
        "کلید عمومی ثبت‌شده معتبر نیست؛ دوباره آن را در کارپوشه بارگذاری کنید.",
        "The registered public key is not valid; upload it again.",
    ),
    "4140": (
        "بازه زمانی نادرست است؛ آغاز پس از پایان است.",
        "The window is wrong: its start lies after its end.",
    ),
    "4141": ("بیش از ۱۰۰ شناسه استعلام شده است.", "More than 100 identifiers were asked for."),
    "4142": ("مقدار وضعیت در استعلام مجاز نیست.", "The status asked for is not allowed."),
    "4143": (
        "بیش از ۱۰۰۰ صورتحساب در یک ارسال است.",
        "There are more than 1,000 packets in one call.",
    ),
    "4144": ("محتوای ارسال خالی است یا JSON نیست.", "The body is empty or no JSON."),
    "4145": (
        "یکی از payload، requestTraceId یا fiscalId نیامده است.",
        "One of payload, requestTraceId and fiscalId is missing.",
    ),
    "4146": (
        "عمر nonce باید میان ۱۰ تا ۲۰۰ ثانیه باشد.",
        "The life of a nonce has to be 10 to 200 seconds.",
    ),
    "4147": ("قالب ورودی درست نیست.", "The form of the input is wrong."),
    "4148": ("قالب شناسه حافظه مالیاتی درست نیست.", "The form of the memory id is wrong."),
    "4160": ("شناسه حافظه مالیاتی از آن شما نیست.", "The memory id is not yours."),
    "4162": ("قالب requestTraceId درست نیست.", "The form of requestTraceId is wrong."),
    "4163": (
        "requestTraceId در یک ارسال تکراری است.",
        "A requestTraceId stands twice in one call.",
    ),
    "4164": ("بازه استعلام بیش از ۷ روز است.", "The window is wider than 7 days."),
    "4170": ("شماره اقتصادی یافت نشد.", "The economic number is not known."),
    "4171": ("طول شماره اقتصادی درست نیست.", "The length of the economic number is wrong."),
    "5119": ("خطای سامانه مودیان؛ بعداً تلاش کنید.", "A fault of the service; try later."),
    "5129": ("خطای سامانه مودیان؛ بعداً تلاش کنید.", "A fault of the service; try later."),
    "5139": ("خطای سامانه مودیان؛ بعداً تلاش کنید.", "A fault of the service; try later."),
    "5199": ("خطای سامانه مودیان؛ بعداً تلاش کنید.", "A fault of the service; try later."),
}
_TRANSPORT = {
    "04111": (
        "قراردادی میان حافظه مالیاتی و شرکت معتمد نیست.",
        "There is no contract between the memory and the trusted company.",
    ),
    "04130": ("محتوای رمزگشایی‌شده امضای JWS نیست.", "What was decrypted is no signed text (JWS)."),
    "04131": (
        "امضا یا گواهی صورتحساب معتبر نیست.",
        "The signature or certificate of the invoice is not valid.",
    ),
    "04132": (
        "امضاکننده مجاز به ارسال برای این حافظه مالیاتی نیست.",
        "The signer may not send for this memory id.",
    ),
    "04133": (
        "حافظه مالیاتی یافت نشد یا غیرفعال است.",
        "The memory id is not known or not active.",
    ),
    "04134": (
        "شرکت معتمد یافت نشد یا غیرفعال است.",
        "The trusted company is not known or not active.",
    ),
    "04148": ("قالب شناسه حافظه مالیاتی درست نیست.", "The form of the memory id is wrong."),
    "04150": ("بسته رمزشده (JWE) باز نشد.", "The encrypted packet (JWE) could not be opened."),
    "04152": (
        "الگوریتم رمزگذاری بسته درست نیست.",
        "The algorithms of the encrypted packet are wrong.",
    ),
    "04153": (
        "طول بردار آغازین (IV) بسته ۹۶ بیت نیست.",
        "The IV of the encrypted packet has not 96 bits.",
    ),
    "05139": ("خطای سامانه مودیان؛ بعداً تلاش کنید.", "A fault of the service; try later."),
    "05151": ("خطای سامانه مودیان؛ بعداً تلاش کنید.", "A fault of the service; try later."),
    "05159": ("خطای سامانه مودیان؛ بعداً تلاش کنید.", "A fault of the service; try later."),
}
_KINDS = {
    MISSING: Texts("فیلد «{fa}» خالی است.", "The field {en} is empty."),
    LOGIC: Texts(
        "مقدار فیلد «{fa}» از لحاظ قواعد محاسباتی و منطقی معتبر نیست.",
        "The value of {en} breaks a rule of arithmetic or logic.",
    ),
    SYSTEM: Texts(
        "مقدار فیلد «{fa}» با اطلاعات سامانه منطبق نیست.",
        "The value of {en} does not agree with the data of the service.",
    ),
    OUTSIDE: Texts(
        "فیلد «{fa}» در الگوی صورتحساب ارسالی خارج از الگو است.",
        "The field {en} is outside the pattern of the invoice.",
    ),
    DUPLICATE: Texts("در صورتحساب ارسالی «{fa}» تکرار شده است.", "{en} is repeated."),
}
_DETAILS = {
    UNKNOWN_FIELD: Texts("فیلد «{fa}» در صورتحساب مجاز نیست.", "The field {en} is not allowed."),
    NOT_IN_ENUM: Texts(
        "مقدار وارد شده در فیلد «{fa}» جز مقادیر مجاز نیست.",
        "The value of {en} is not one of those allowed.",
    ),
    WRONG_TYPE: Texts("نوع مقدار فیلد «{fa}» درست نیست.", "The value of {en} has the wrong type."),
    BAD_PATTERN: Texts(
        "در مقدار وارد شده در فیلد «{fa}» الگو (regex) رعایت نشده است.",
        "The value of {en} has the wrong form.",
    ),
    EXCLUSIVE_LIMIT: Texts(
        "مقدار فیلد «{fa}» باید بزرگتر از صفر باشد.", "The value of {en} has to be above zero."
    ),
    LIMIT: Texts(
        "مقدار فیلد «{fa}» بیرون از حد مجاز است.", "The value of {en} lies outside its limits."
    ),
    TOO_MANY_DECIMALS: Texts(
        "تعداد رقم اعشار فیلد «{fa}» بیش از حد مجاز است.", "{en} has too many decimals."
    ),
    NOT_JSON: Texts("محتوای صورتحساب JSON نیست.", "The invoice is no JSON."),
}
_SYSTEM_DETAILS = {
    ("tins", "02"): Texts(
        "فروشنده با فروشنده صورتحساب مرجع یکی نیست.",
        "The seller is not the seller of the reference.",
    ),
    ("tins", "03"): Texts(
        "فروشنده مجاز به ارسال صورتحساب با این الگو نیست.",
        "The seller may not send invoices of this pattern.",
    ),
}
_SECTION_TEXTS = {
    "header": Texts("سرآمد صورتحساب", "header of the invoice"),
    "body": Texts("ردیف‌های صورتحساب", "lines of the invoice"),
    "payments": Texts("اطلاعات پرداخت", "payments"),
    "extension": Texts("اطلاعات تکمیلی", "extension"),
}
_BY_NUMBER = {spec.number: name for name, spec in FIELDS.items() if spec.number}
_BY_NUMBER.update({number: name for name, number in SECTION_NUMBERS.items() if name})
_UNKNOWN = Texts(
    "خطای ناشناخته سامانه مودیان (کد {code}).", "An unknown answer of the service (code {code})."
)


def content_code(kind, field=None, detail="", severity=ERROR, number=None):
    """Return the code of a finding: severity, kind, number of the field and detail (kinds 1 and 3 only)."""
    if number is None:
        number = (
            SECTION_NUMBERS.get(field) or (FIELDS[field].number if field in FIELDS else "") or "000"
        )
    return f"{severity}{kind}{number}{detail if kind in (STRUCTURE, SYSTEM) else ''}"


def decode(code, field="") -> Code:
    """Return what a code of the service means.

    :param field: the name of the field, where it is known better than the code tells (new fields have no number)
    """
    text = str(code or "").strip()
    if text in _CALL:
        return _told(text, "call", _CALL[text])
    if text in _TRANSPORT:
        return _told(text, "transport", _TRANSPORT[text])
    if text == END_CODE:
        return Code(text, "", "content", "", "پایان فهرست پیام‌ها.", "End of the list of messages.")
    parts = _split(text)
    if parts is None:
        texts = _UNKNOWN
        return Code(
            text, "error", "unknown", "", texts.fa.format(code=text), texts.en.format(code=text)
        )
    severity, kind, found, detail = parts
    texts = _content_texts(kind, found or field, detail)
    return Code(text, severity, "content", found or field, *texts)


def explain(code, field="") -> Texts:
    """Return the Persian and English meaning of a code."""
    found = decode(code, field)
    return Texts(found.fa, found.en)


def describe(kind, field, detail="") -> Texts:
    """Return what a finding of a kind means for a field, also for the newer fields, whose numbers are not published."""
    return _content_texts(kind, field, detail)


def title(field) -> Texts:
    """Return what a field of the invoice (or a section) is called: ``title("vam").fa``."""
    if field in FIELDS:
        return Texts(FIELDS[field].fa, FIELDS[field].en)
    return _SECTION_TEXTS.get(field, Texts(field, field))


def _told(text, kind, texts):
    retry = "now" if text == "4102" else "later" if text.lstrip("0").startswith("5") else "no"
    return Code(text, "error", kind, "", *texts, retry)


def _split(text):
    """Return (severity, kind, field, detail) of a code of content, or None when it is none."""
    if not text.isascii() or not text.isdigit() or text[0] not in ERROR + WARNING or len(text) < 4:
        return None
    severity, kind, rest = "warning" if text[0] == WARNING else "error", text[1], text[2:]
    if kind not in (*_KINDS, STRUCTURE):
        return None
    digits = 3 if len(rest) in (3, 5) else 2  # older lists number the fields with two
    number, detail = rest[:digits].zfill(3), rest[digits:]
    if number not in _BY_NUMBER and number != "000":
        return None
    if len(detail) not in (0, 2):
        return None
    return severity, kind, _BY_NUMBER.get(number, ""), detail


def _content_texts(kind, field, detail):
    name = title(field)
    if kind == STRUCTURE:
        texts = _DETAILS.get(detail, _DETAILS[BAD_PATTERN])
    else:
        texts = _SYSTEM_DETAILS.get((field, detail)) or _KINDS[kind]
    if not field:
        name = Texts("ناشناخته", "(unknown)")
    shown = f"{name.fa} ({field})" if field in FIELDS else name.fa
    return Texts(
        texts.fa.format(fa=shown),
        texts.en.format(en=f"{name.en} ({field})" if field in FIELDS else name.en),
    )
