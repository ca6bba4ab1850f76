"""What the header of an electronic invoice says beside amounts and people, and which field of Odoo says it.

Which pattern has which of them is the organisation's table of obligations (``lib.constants.MATRIX``).
"""

from datetime import date

from odoo.addons.aria_persian.tools.letters import to_latin_digits

EPOCH = date(1970, 1, 1)


def _text(name):
    """Return a function that reads a text of a move, its digits in Latin and without blanks around it."""
    return lambda move: to_latin_digits(move[name] or "").strip() or None


def _number(name):
    return lambda move: int(move[name]) if move[name] else None


def _days(name):
    """Return a function that reads a date of a move as days since 1970, as the instruction counts them."""
    return lambda move: (move[name] - EPOCH).days if move[name] else None


def _identifier(name):
    return lambda move: move[name].aria_national_id or None


def _economic(name):
    return lambda move: move[name].aria_economic_code or move[name].aria_national_id or None


def _goods(move):
    return [
        {"sgid": goods._get_aria_sstid() or "", "sgt": (goods.name or "")[:400]}
        for goods in move.aria_moadian_goods_ids
    ]


# {field of the header: function of the move}
PARTICULARS = {
    "crn": _text("aria_moadian_contract"),
    "billid": _text("aria_moadian_bill"),
    "ft": _number("aria_moadian_flight"),
    "tinc": _economic("aria_moadian_agency_id"),
    "bpn": _text("aria_moadian_passport"),
    "scln": _text("aria_moadian_licence"),
    "scc": _text("aria_moadian_customs"),
    "cdcn": _text("aria_moadian_declaration"),
    "cdcd": _days("aria_moadian_declaration_date"),
    "lno": _text("aria_moadian_waybill"),
    "lrno": _text("aria_moadian_waybill_before"),
    "ocu": _text("aria_moadian_from_country"),
    "oci": _text("aria_moadian_from_city"),
    "dco": _text("aria_moadian_to_country"),
    "dci": _text("aria_moadian_to_city"),
    "tid": _identifier("aria_moadian_sender_id"),
    "rid": _identifier("aria_moadian_receiver_id"),
    "lt": _number("aria_moadian_transport"),
    "cno": _text("aria_moadian_vehicle"),
    "did": _text("aria_moadian_driver"),
    "sg": lambda move: _goods(move) or None,
    "asn": _text("aria_moadian_notice"),
    "asd": _days("aria_moadian_notice_date"),
    "in": _text("aria_moadian_policy"),
    "an": _text("aria_moadian_endorsement"),
}
