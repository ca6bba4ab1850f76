"""What the columns of a list of leads may be, and how people head them."""

from odoo.addons.aria_persian.tools.letters import search_key

HEADINGS = {
    "name": ("موضوع", "عنوان", "عنوان سرنخ", "سرنخ", "subject", "title", "lead"),
    "contact_name": (
        "نام و نام خانوادگی", "نام", "نام خانوادگی", "نام مخاطب", "مخاطب", "نام شخص", "نام بازدیدکننده",
        "بازدیدکننده", "نام مشتری", "contact", "full name", "name", "first name", "last name", "visitor",
    ),
    "partner_name": ("شرکت", "نام شرکت", "سازمان", "نام سازمان", "فروشگاه", "company", "company name", "organization"),
    "function": ("سمت", "سمت شغلی", "پست سازمانی", "شغل", "position", "job position", "job title"),
    "phone": (
        "تلفن", "شماره تلفن", "تلفن همراه", "همراه", "موبایل", "شماره موبایل", "شماره همراه", "شماره تماس",
        "تلفن تماس", "phone", "phone number", "mobile", "cell", "tel", "telephone",
    ),
    "email_from": ("ایمیل", "رایانامه", "پست الکترونیک", "پست الکترونیکی", "email", "email address"),
    "website": ("وبسایت", "وب سایت", "سایت", "تارنما", "website", "web site"),
    "street": ("نشانی", "آدرس", "خیابان", "address", "street"),
    "street2": ("ادامه نشانی", "ادامه آدرس", "street2"),
    "city": ("شهر", "city", "town"),
    "state_id": ("استان", "state", "province"),
    "country_id": ("کشور", "country"),
    "zip": ("کد پستی", "zip", "postal code", "postcode"),
    "aria_national_id": ("کد ملی", "شماره ملی", "شناسه ملی", "کد یا شناسه ملی", "national id", "national code"),
    "aria_economic_code": ("کد اقتصادی", "شماره اقتصادی", "economic code"),
    "aria_interest_product_ids": ("کالای مورد علاقه", "کالاهای مورد علاقه", "کالا", "محصول", "product", "products"),
    "aria_interest_category_ids": ("رده کالا", "دسته کالا", "گروه کالا", "category", "categories"),
    "aria_consent": ("رضایت", "رضایت به پیام", "consent"),
    "tag_ids": ("برچسب", "برچسب ها", "tag", "tags"),
    "priority": ("اولویت", "priority"),
    "expected_revenue": ("درآمد مورد انتظار", "مبلغ", "مبلغ برآوردی", "expected revenue", "amount"),
    "description": ("توضیحات", "توضیح", "یادداشت", "شرح", "ملاحظات", "notes", "note", "description", "remarks"),
}  # fmt: skip
"""fields of ``crm.lead`` that a list may fill, with the headings that mean them"""

JOINED = ("name", "contact_name", "partner_name", "function", "street", "street2", "description")
"""fields that several columns may fill together, as first and last name"""

WHO = ("name", "contact_name", "partner_name", "phone", "email_from")
"""a lead has at least one of them"""

_FIELDS = {search_key(text): name for name, texts in HEADINGS.items() for text in (*texts, name)}


def find_field(heading: str) -> str | None:
    """Return the field that ``heading`` means, whatever its spelling, or None."""
    return _FIELDS.get(search_key(heading))
