"""Constants of the Moadian service: fields, obligations, enumerations, units, addresses.

Data only, no behaviour: the one module that client and simulator share. Sources, by section of the fact
sheet in brackets: RC_IITP.IS V7.9 (fields, table 1 of obligations, patterns) [6, 8.1], RC_TXPS.EC V02 (numbers
of fields in error codes) [9.2], RC_UMGS.ST V1.18 (units) [10], RC_TICS.IS V1.6 (addresses, limits) [2].
"""

from typing import NamedTuple

# ------------------------------------------------------------------ service [2.1, 2.2]
PRODUCTION_URL = "https://tp.tax.gov.ir/requestsmanager"
SANDBOX_URL = "https://sandboxrc.tax.gov.ir/requestsmanager"
API_PATH = "/api/v2"
MAX_PACKETS = 1000  # packets of one POST
MAX_INQUIRY_IDS = 100  # identifiers of one inquiry
MAX_INQUIRY_DAYS = 7  # width of the window of an inquiry
MAX_PAGE_SIZE = 100
NONCE_LIFE = (10, 200)  # seconds a nonce may be asked for
DEFAULT_NONCE_LIFE = 30
MAX_MESSAGES = 50  # errors and warnings of one result

STATUSES = ("SUCCESS", "FAILED", "IN_PROGRESS", "TIMEOUT", "NOT_FOUND", "PENDING")
FINAL_STATUSES = ("SUCCESS", "FAILED")
INVOICE_STATUSES = (
    "REJECTED",
    "APPROVED",
    "SYSTEMIC_APPROVED",
    "IMPOSSIBLE_REACTION",
    "AWAITING_REACTION",
    "NO_NEED_REACTION",
    "CANCELED",
)
PAYMENT_METHODS = ("CHEQUE", "BARTER", "CASH", "POS", "INTERNET", "CARD", "TRANSFER", "OTHER")

# ------------------------------------------------------------------ cryptography [3]
JWS_ALGORITHM = "RS256"
JWE_ALGORITHM = "RSA-OAEP-256"
JWE_ENCRYPTION = "A256GCM"
SIGNING_KEY_BITS = 2048
SERVER_KEY_BITS = 4096
IV_BYTES = 12
TAG_BYTES = 16

# ------------------------------------------------------------------ tax number [5]
DAY_MS = 86_400_000
TAXID_LENGTH = 22
MEMORY_LENGTH = 6
MAX_SERIAL = 16**10 - 1
MAX_DAY = 16**5 - 1

# ------------------------------------------------------------------ deadlines [8.3]
DEFAULT_DEADLINE_DAYS = 12
REACTION_DAYS = 30
FUTURE_SLACK_MS = 30_000  # an earlier list of codes grants it to clocks that differ [5]

# ------------------------------------------------------------------ enumerations [6.1, 6.3, 8.1]
TYPE_FULL, TYPE_SIMPLE, TYPE_TERMINAL = 1, 2, 3
ORIGINAL, CORRECTION, CANCELLATION, RETURN = 1, 2, 3, 4
CASH, CREDIT, MIXED = 1, 2, 3
PERSON, LEGAL, PARTNERSHIP, FOREIGNER = 1, 2, 3, 4
SALE, CURRENCY, GOLD, CONTRACT, BILL, TICKET, EXPORT, WAYBILL, OIL, EXCHANGE, INSURANCE, CHAIN = (
    1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14,
)  # fmt: skip
LATE = 1  # insr: article 9, sent after the deadline
GOLD_VAT_RATE = 10  # percent of making fee, profit and commission; fixed for gold [7]
NO_VAT_PATTERNS = (EXPORT, EXCHANGE, CHAIN)
NO_RETURN_PATTERNS = (EXPORT, WAYBILL, EXCHANGE)
NO_PAYMENT_PATTERNS = (EXPORT, EXCHANGE)
SINGLE_UNIT_PATTERNS = (TICKET, WAYBILL)  # am is exactly 1
IRAN = "033"  # country of ocu, dco

PATTERNS = {
    SALE: ("فروش", "Sale"),
    CURRENCY: ("فروش ارز", "Sale of currency"),
    GOLD: ("طلا، جواهر و پلاتین", "Gold, jewellery and platinum"),
    CONTRACT: ("قرارداد پیمانکاری", "Contract"),
    BILL: ("قبوض خدماتی", "Utility bill"),
    TICKET: ("بلیت هواپیما", "Air ticket"),
    EXPORT: ("صادرات", "Export"),
    WAYBILL: ("بارنامه", "Waybill"),
    OIL: ("فرآورده‌های نفتی", "Oil products"),
    EXCHANGE: ("بورس مبتنی بر کالا", "Commodity exchange"),
    INSURANCE: ("خدمات بیمه‌ای", "Insurance"),
    CHAIN: ("فروش زنجیره‌ای", "Chain sale"),
}
TYPE_PATTERNS = {TYPE_FULL: tuple(PATTERNS), TYPE_SIMPLE: (SALE, GOLD, OIL, INSURANCE)}
SUBJECTS = {
    ORIGINAL: ("اصلی", "Original"),
    CORRECTION: ("اصلاحی", "Correction"),
    CANCELLATION: ("ابطالی", "Cancellation"),
    RETURN: ("برگشت از فروش", "Return"),
}
BUYER_KINDS = {
    PERSON: ("حقیقی", "Individual"),
    LEGAL: ("حقوقی", "Company"),
    PARTNERSHIP: ("مشارکت مدنی", "Civil partnership"),
    FOREIGNER: ("اتباع غیرایرانی", "Foreign national"),
}
SETTLEMENTS = {
    CASH: ("نقدی", "Cash"),
    CREDIT: ("نسیه", "Credit"),
    MIXED: ("نقدی و نسیه", "Cash and credit"),
}
BUYER_ID_DIGITS = {PERSON: 10, LEGAL: 11, PARTNERSHIP: 11, FOREIGNER: 12}
FROZEN_BY_REFERENCE = (
    "tob",
    "bid",
    "tinb",
    "bbc",
    "bpc",
    "bpn",
    "billid",
)  # outside ins 2, 3, 4 [8.2]

# ------------------------------------------------------------------ fields [6]
HEADER, BODY, PAYMENT, GOODS = "header", "body", "payments", "sg"


class Field(NamedTuple):
    """A field of the invoice: where it stands, what it may hold, what it is called.

    ``kind``: ``int`` (JSON number without a fraction), ``decimal`` (JSON number), ``text`` (JSON string) or
    ``list``. ``size`` is (digits before, digits after the point) for numbers. ``pattern`` must match the whole
    of a text. ``number`` is the three-digit number in error codes, ``""`` when none was published.
    """

    section: str
    kind: str
    size: tuple
    pattern: str
    enum: tuple
    number: str
    fa: str
    en: str


def _number(section, number, digits, fa, en, enum=()):
    return Field(section, "int", (digits, 0), "", enum, number, fa, en)


def _rial(section, number, fa, en):
    return Field(section, "decimal", (18, 0), "", (), number, fa, en)


def _decimal(section, number, whole, places, fa, en):
    return Field(section, "decimal", (whole, places), "", (), number, fa, en)


def _text(section, number, pattern, fa, en):
    return Field(section, "text", (), pattern, (), number, fa, en)


def _plain(longest, shortest=1):
    """Pattern of a text without control characters."""
    return f"[^\\x00-\\x1f\\x7f]{{{shortest},{longest}}}"


ECONOMIC = "[0-9]{11}|[0-9]{14}"
ANY_ID = "[0-9]{10,12}"

FIELDS = {
    # ---- header
    "taxid": _text(HEADER, "001", "[A-Z0-9]{22}", "شماره منحصر به فرد مالیاتی", "Tax number"),
    "indatim": _number(HEADER, "002", 13, "تاریخ و زمان صدور صورتحساب", "Date and time of issue"),
    "indati2m": _number(
        HEADER, "003", 13, "تاریخ و زمان ثبت صورتحساب", "Date and time of registration"
    ),
    "inty": _number(HEADER, "004", 1, "نوع صورتحساب", "Type of invoice", (1, 2, 3)),
    "inno": _text(HEADER, "005", "[a-fA-F0-9]{10}", "سریال صورتحساب", "Serial of invoice"),
    "irtaxid": _text(
        HEADER, "006", "[A-Z0-9]{22}", "شماره مالیاتی صورتحساب مرجع", "Tax number of the reference"
    ),
    "inp": _number(HEADER, "007", 2, "الگوی صورتحساب", "Pattern of invoice", tuple(PATTERNS)),
    "ins": _number(HEADER, "008", 1, "موضوع صورتحساب", "Subject of invoice", tuple(SUBJECTS)),
    "tins": _text(
        HEADER, "009", ECONOMIC, "شماره اقتصادی فروشنده", "Economic number of the seller"
    ),
    "tob": _number(HEADER, "010", 1, "نوع شخص خریدار", "Kind of buyer", tuple(BUYER_KINDS)),
    "bid": _text(
        HEADER, "011", ANY_ID, "شناسه ملی/شماره ملی/کد فراگیر خریدار", "Identifier of the buyer"
    ),
    "tinb": _text(HEADER, "012", ECONOMIC, "شماره اقتصادی خریدار", "Economic number of the buyer"),
    "sbc": _text(HEADER, "013", "[0-9]{4}", "کد شعبه فروشنده", "Branch of the seller"),
    "bpc": _text(HEADER, "014", "[0-9]{10}", "کد پستی خریدار", "Postal code of the buyer"),
    "bbc": _text(HEADER, "015", "[0-9]{4}", "کد شعبه خریدار", "Branch of the buyer"),
    "ft": _number(HEADER, "016", 1, "نوع پرواز", "Kind of flight", (1, 2)),
    "bpn": _text(HEADER, "017", _plain(9, 9), "شماره گذرنامه خریدار", "Passport of the buyer"),
    "scln": _text(HEADER, "018", "[0-9]{1,14}", "شماره پروانه گمرکی", "Customs licence"),
    "scc": _text(HEADER, "019", "[0-9]{5}", "کد گمرک محل اظهار", "Customs office"),
    "crn": _text(HEADER, "020", "[0-9]{1,12}", "شماره قرارداد پیمانکاری", "Number of the contract"),
    "billid": _text(HEADER, "021", "[0-9]{1,19}", "شناسه قبض بهره‌بردار", "Bill identifier"),
    "tprdis": _rial(HEADER, "022", "مجموع مبلغ قبل از کسر تخفیف", "Total before discount"),
    "tdis": _rial(HEADER, "023", "مجموع تخفیفات", "Total discount"),
    "tadis": _rial(HEADER, "024", "مجموع مبلغ پس از کسر تخفیف", "Total after discount"),
    "tvam": _rial(HEADER, "025", "مجموع مالیات بر ارزش افزوده", "Total VAT"),
    "todam": _rial(
        HEADER, "026", "مجموع سایر مالیات، عوارض و وجوه قانونی", "Total of other taxes and sums"
    ),
    "tbill": _rial(HEADER, "027", "مجموع صورتحساب", "Total of invoice"),
    "setm": _number(HEADER, "028", 1, "روش تسویه", "Settlement", tuple(SETTLEMENTS)),
    "cap": _rial(HEADER, "029", "مبلغ پرداختی نقدی", "Part paid in cash"),
    "insp": _rial(HEADER, "030", "مبلغ نسیه", "Part on credit"),
    "tvop": _rial(
        HEADER, "031", "مجموع سهم مالیات بر ارزش افزوده از پرداخت", "Total VAT share of payment"
    ),
    "tax17": _rial(HEADER, "032", "مالیات موضوع ماده ۱۷", "Tax of article 17"),
    "cdcn": _text(HEADER, "067", _plain(14), "شماره کوتاژ اظهارنامه گمرکی", "Customs declaration"),
    "cdcd": _number(HEADER, "068", 5, "تاریخ کوتاژ اظهارنامه گمرکی", "Date of customs declaration"),
    "tonw": _decimal(HEADER, "069", 15, 8, "مجموع وزن خالص", "Total net weight"),
    "torv": _rial(HEADER, "070", "مجموع ارزش ریالی", "Total Rial value"),
    "tocv": _decimal(HEADER, "071", 14, 4, "مجموع ارزش ارزی", "Total currency value"),
    "tinc": _text(HEADER, "079", ECONOMIC, "شماره اقتصادی آژانس", "Economic number of the agency"),
    "insr": _number(HEADER, "", 2, "قاعده ارسال صورتحساب", "Rule of sending", (1,)),
    "nti1": _text(HEADER, "", _plain(30), "یادداشت ۱", "Note 1"),
    "nti2": _text(HEADER, "", _plain(30), "یادداشت ۲", "Note 2"),
    "lno": _text(HEADER, "", "[0-9]{1,18}", "شماره بارنامه", "Number of the waybill"),
    "lrno": _text(
        HEADER, "", "[0-9]{1,18}", "شماره بارنامه مرجع", "Number of the reference waybill"
    ),
    "ocu": _text(HEADER, "", "[0-9]{3}", "کشور مبدأ", "Country of origin"),
    "oci": _text(HEADER, "", "[0-9]{1,5}", "شهر مبدأ", "City of origin"),
    "dco": _text(HEADER, "", "[0-9]{3}", "کشور مقصد", "Country of destination"),
    "dci": _text(HEADER, "", "[0-9]{1,5}", "شهر مقصد", "City of destination"),
    "tid": _text(HEADER, "", ANY_ID, "شناسه فرستنده", "Identifier of the sender"),
    "rid": _text(HEADER, "", ANY_ID, "شناسه گیرنده", "Identifier of the receiver"),
    "lt": _number(HEADER, "", 1, "نوع حمل", "Kind of transport", (1, 2, 3, 4)),
    "cno": _text(HEADER, "", _plain(20), "شماره ناوگان", "Number of the vehicle"),
    "did": _text(
        HEADER, "", "[0-9]{10}|[0-9]{12}", "شماره ملی/کد فراگیر راننده", "Identifier of the driver"
    ),
    "sg": Field(HEADER, "list", (), "", (), "", "کالاهای حمل‌شده", "Goods carried"),
    "asn": _text(
        HEADER, "", "[0-9]{1,30}", "شماره اعلامیه فروش بورس", "Number of the exchange's notice"
    ),
    "asd": _number(HEADER, "", 5, "تاریخ اعلامیه فروش بورس", "Date of the exchange's notice"),
    "in": _text(HEADER, "", "[0-9]{9,12}", "شناسه یکتای بیمه‌نامه", "Identifier of the policy"),
    "an": _text(HEADER, "", "[0-9]{9,12}", "شناسه یکتای الحاقیه", "Identifier of the endorsement"),
    # ---- body
    "sstid": _text(BODY, "033", "[0-9]{13}", "شناسه کالا/خدمت", "Identifier of goods or service"),
    "sstt": _text(BODY, "034", _plain(400), "شرح کالا/خدمت", "Description of goods or service"),
    "mu": _text(BODY, "035", "[0-9]{1,8}", "واحد اندازه‌گیری", "Unit of measure"),
    "am": _decimal(BODY, "036", 18, 8, "تعداد/مقدار", "Quantity"),
    "fee": _decimal(BODY, "037", 18, 8, "مبلغ واحد", "Unit price"),
    "cfee": _decimal(BODY, "038", 14, 4, "میزان ارز", "Currency amount"),
    "cut": _text(BODY, "039", "[A-Z]{3}", "نوع ارز", "Currency"),
    "exr": _decimal(BODY, "040", 18, 8, "نرخ برابری ارز با ریال", "Rate of currency"),
    "prdis": _rial(BODY, "041", "مبلغ قبل از تخفیف", "Amount before discount"),
    "dis": _rial(BODY, "042", "مبلغ تخفیف", "Discount"),
    "adis": _rial(BODY, "043", "مبلغ بعد از تخفیف", "Amount after discount"),
    "vra": _decimal(BODY, "044", 3, 2, "نرخ مالیات بر ارزش افزوده", "Rate of VAT"),
    "vam": _rial(BODY, "045", "مبلغ مالیات بر ارزش افزوده", "VAT"),
    "odt": _text(BODY, "046", _plain(255), "موضوع سایر مالیات و عوارض", "Title of other tax"),
    "odr": _decimal(BODY, "047", 3, 2, "نرخ سایر مالیات و عوارض", "Rate of other tax"),
    "odam": _rial(BODY, "048", "مبلغ سایر مالیات و عوارض", "Other tax"),
    "olt": _text(BODY, "049", _plain(255), "موضوع سایر وجوه قانونی", "Title of other legal sum"),
    "olr": _decimal(BODY, "050", 3, 2, "نرخ سایر وجوه قانونی", "Rate of other legal sum"),
    "olam": _rial(BODY, "051", "مبلغ سایر وجوه قانونی", "Other legal sum"),
    "consfee": _rial(BODY, "052", "اجرت ساخت", "Making fee"),
    "spro": _rial(BODY, "053", "سود فروشنده", "Profit of the seller"),
    "bros": _rial(BODY, "054", "حق‌العمل", "Commission"),
    "tcpbs": _rial(BODY, "055", "جمع کل اجرت، حق‌العمل و سود", "Sum of fee, commission and profit"),
    "cop": _rial(BODY, "056", "سهم نقدی از پرداخت", "Cash share of payment"),
    "vop": _rial(BODY, "057", "سهم مالیات بر ارزش افزوده از پرداخت", "VAT share of payment"),
    "bsrn": _text(
        BODY, "058", "[0-9]{1,12}", "شماره قرارداد معامله از طریق شخص ثالث", "Third-party contract"
    ),
    "tsstam": _rial(BODY, "059", "مبلغ کل کالا/خدمت", "Total of the line"),
    "nw": _decimal(BODY, "072", 15, 8, "وزن خالص", "Net weight"),
    "ssrv": _rial(BODY, "073", "ارزش ریالی کالا", "Rial value"),
    "sscv": _decimal(BODY, "074", 14, 4, "ارزش ارزی کالا", "Currency value"),
    "cui": _decimal(BODY, "078", 4, 2, "عیار", "Purity"),
    "cpr": _decimal(BODY, "", 18, 8, "نرخ خرید ارز", "Purchase rate of currency"),
    "sovat": _rial(BODY, "", "مأخذ مالیات بر ارزش افزوده در فروش ارز", "VAT base of currency"),
    "vba": _decimal(BODY, "", 18, 4, "مبلغ پایه مالیات بر ارزش افزوده", "VAT base per litre"),
    # ---- payments
    "iinn": _text(PAYMENT, "060", "[0-9]{9}", "شماره سوییچ پرداخت", "Payment switch"),
    "acn": _text(PAYMENT, "061", "[0-9]{14}", "شماره پذیرنده فروشگاهی", "Acceptor"),
    "trmn": _text(PAYMENT, "062", "[0-9]{8}", "شماره پایانه", "Terminal"),
    "trn": _text(PAYMENT, "063", "[0-9]{1,14}", "شماره پیگیری/شماره مرجع", "Tracking number"),
    "pcn": _text(PAYMENT, "064", "[0-9]{16}", "شماره کارت پرداخت‌کننده", "Card of the payer"),
    "pid": _text(PAYMENT, "065", "[0-9]{1,12}", "شناسه پرداخت‌کننده", "Identifier of the payer"),
    "pdt": _number(PAYMENT, "066", 13, "تاریخ و زمان پرداخت", "Date and time of payment"),
    "pmt": _number(PAYMENT, "075", 2, "روش پرداخت", "Payment method", (1, 2, 3, 4, 5, 6, 7, 8)),
    "pv": _rial(PAYMENT, "076", "مبلغ پرداختی", "Amount paid"),
    # ---- goods of a waybill
    "sgid": _text(GOODS, "", "[0-9]{13}", "شناسه کالای حمل‌شده", "Identifier of goods carried"),
    "sgt": _text(GOODS, "", _plain(400), "شرح کالای حمل‌شده", "Description of goods carried"),
}
SECTION_NUMBERS = {"": "000", HEADER: "500", BODY: "600", PAYMENT: "700", "extension": "800"}

# ------------------------------------------------------------------ obligations [6; IITP table 1, p. 14]
# One letter for each pattern: R required, O optional, C required under a condition, - outside the pattern.
MATRIX_COLUMNS = (
    (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (1, 9), (1, 11), (1, 13), (1, 14),
    (2, 1), (2, 3), (2, 9), (2, 13),
)  # fmt: skip
_ALL_R, _ALL_O, _ALL_C = "RRRRRRRRRRRR RRRR", "OOOOOOOOOOOO OOOO", "CCCCCCCCCCCC CCCC"
MATRIX = {
    # field:   1 2 3 4 5 6 7 8 9 11 13 14, type 2: 1 3 9 13
    **dict.fromkeys(("taxid", "indatim", "inty", "inp", "ins", "tins", "tvam", "tbill"), _ALL_R),
    **dict.fromkeys(("indati2m", "irtaxid", "insr"), _ALL_C),
    **dict.fromkeys(("inno", "sbc", "bpc", "bbc", "nti1", "nti2"), _ALL_O),
    "tob": "RRRRRRORRORR OOOO",
    "bid": "OCOOOCOOOOOO OOOO",
    "tinb": "CCCCOOOCCOCR OOOO",
    "ft": "-----R------ ----",
    "bpn": "-C---CO----- ----",
    "scln": "OO---------- ----",
    "scc": "OO----O----- ----",
    "cdcn": "------O----- ----",
    "cdcd": "------O----- ----",
    "crn": "OOOR-------- ----",
    "billid": "----R------- ----",
    "tprdis": "RRRRRR-RR-RR RRRR",
    "tdis": "OOOOOO-OO-OO OOOO",
    "tadis": "RRRRRR-RRRRR RRRR",
    "todam": "RRRRRRRRR-RR RRRR",
    "tonw": "------C----- ----",
    "torv": "------R----- ----",
    "tocv": "------R----- ----",
    "setm": "RRRRRRRRRRRR ----",
    "cap": "CCCCCCCCCCCC ----",
    "insp": "CCCCCCCCCCCC ----",
    "tvop": "OOOOOOOOOOOO ----",
    "tax17": "OOOOOO-OO-OO OOOO",
    "tinc": "-----O------ ----",
    "lno": "-------R---- ----",
    "lrno": "-------O---- ----",
    "ocu": "-------R---- ----",
    "oci": "-------C---- ----",
    "dco": "-------R---- ----",
    "dci": "-------C---- ----",
    "tid": "-------R---- ----",
    "rid": "-------C---- ----",
    "lt": "-------R---- ----",
    "cno": "-------R---- ----",
    "did": "-------C---- ----",
    "sg": "-------R---- ----",
    "asn": "---------R-- ----",
    "asd": "---------R-- ----",
    "in": "----------R- ---R",
    "an": "----------O- ---O",
    "sstid": _ALL_R,
    "sstt": _ALL_O,
    "am": "R-RRRRRRRRRR RRRR",
    "mu": "O-OOOOO-OROO OOOO",
    "nw": "------C----- ----",
    "fee": "R-RRRRORR-RR RRRR",
    "cfee": "OROO-O-OO-OO OOOO",
    "cut": "OROO-OROO-OO OOOO",
    "exr": "OROO-OROO-OO OOOO",
    "ssrv": "------R----- ----",
    "sscv": "------R----- ----",
    "prdis": "RRRRRR-RR-RR RRRR",
    "dis": "RRRRRR-RR-RR RRRR",
    "adis": "RRRRRR-RRRRR RRRR",
    "vra": "RRRRRRRRCRRR RRCR",
    "vam": _ALL_R,
    **dict.fromkeys(("odt", "odr", "odam", "olt", "olr", "olam"), "CCCCCCCCC-CC CCCC"),
    **dict.fromkeys(("consfee", "spro", "bros", "tcpbs"), "--R--------- -R--"),
    "cop": "OOOOOOOOOOOO ----",
    "vop": "OOOOOOOOOOOO ----",
    "bsrn": "OOOOOOOOO-OO OOOO",
    "tsstam": _ALL_R,
    "cui": "--O------O-- -O--",
    "cpr": "-R---------- ----",
    "sovat": "-R---------- ----",
    "vba": "--------C--- --C-",
    **dict.fromkeys(
        ("iinn", "acn", "trmn", "pmt", "trn", "pcn", "pid", "pdt", "pv"), "OOOOOO-OO-OO OOOO"
    ),
    **dict.fromkeys(("sgid", "sgt"), "-------R---- ----"),
}

# ------------------------------------------------------------------ units of measure [10]
UNITS = {
    "1611": "لنگه", "1612": "عدل", "1613": "جعبه", "1618": "توپ", "1619": "ست", "1620": "دست",
    "1624": "کارتن", "1627": "عدد", "1628": "بسته", "1629": "پاکت", "1631": "دستگاه", "1640": "تخته",
    "1641": "رول", "1642": "طاقه", "1643": "جفت", "1645": "متر مربع", "1649": "پالت", "1661": "دوجین",
    "1668": "حلقه (رینگ)", "1673": "قراص", "1694": "قراصه", "1637": "لیتر", "1650": "ساشه",
    "1683": "کپسول", "1656": "بندیل", "1630": "حلقه (رول)", "163": "قالب", "1660": "شانه",
    "1647": "متر مکعب", "1689": "ثوب", "1690": "نیم دوجین", "1635": "قرقره", "164": "کیلوگرم",
    "1638": "بطری", "161": "برگ", "1625": "سطل", "1654": "ورق", "1646": "شاخه", "1644": "قوطی",
    "1617": "جلد", "162": "تیوب", "165": "متر", "1610": "کلاف", "1615": "کیسه", "1680": "طغرا",
    "1639": "بشکه", "1614": "گالن", "1687": "فاقد بسته‌بندی", "1693": "کارتن (مادر)", "166": "صفحه",
    "1666": "مخزن", "1626": "تانکر", "1648": "دبه", "1684": "سبد", "169": "تن", "1651": "بانکه",
    "1633": "سیلندر", "1679": "فوت مربع", "168": "حلب", "1665": "شیت", "1659": "چلیک", "1636": "جام",
    "1622": "گرم", "1616": "نخ", "1652": "شعله", "1678": "قیراط", "16100": "میلی‌لیتر",
    "16101": "میلی‌متر", "16102": "میلی‌گرم", "16103": "ساعت", "16104": "روز", "16105": "تن کیلومتر",
    "1669": "کیلووات ساعت", "1676": "نفر", "16110": "ثانیه", "16111": "دقیقه", "16112": "ماه",
    "16113": "سال", "16114": "قطعه", "16115": "سانتی‌متر", "16116": "سانتی‌متر مربع", "1632": "فروند",
    "1653": "واحد", "16108": "لیوان", "16117": "نوبت", "16118": "مگاوات ساعت",
    "16119": "گیگابایت بر ثانیه", "1681": "ویال", "1667": "حلقه (دیسک)", "16120": "نسخه (جلد)",
    "16121": "نفر-ساعت", "16122": "کیلومتر", "16125": "آمپر", "16126": "میلی‌آمپر", "16127": "مثقال",
    "16128": "سیر", "16129": "دفعه", "16130": "مگایونیت", "16131": "کادر", "16132": "پرس",
    "16133": "بلوک", "16134": "نفر-ماه",
}  # fmt: skip

# ------------------------------------------------------------------ content codes [9.2]: S K FFF DD
ERROR, WARNING = "0", "1"
MISSING, STRUCTURE, LOGIC, SYSTEM, OUTSIDE, DUPLICATE = "0", "1", "2", "3", "4", "5"
UNKNOWN_FIELD, NOT_IN_ENUM, WRONG_TYPE, BAD_PATTERN, EXCLUSIVE_LIMIT, LIMIT, TOO_MANY_DECIMALS, NOT_JSON = (
    "01", "02", "03", "04", "05", "06", "09", "10",
)  # fmt: skip
NO_BODY_CODE = "00600"
END_CODE = "00000"
