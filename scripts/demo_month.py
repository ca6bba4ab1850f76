"""A month of trade of the demo company, lived through the public methods that its staff would use.

The clock is moved from event to event; a sale that has not ended when the clock reaches today stays where it is,
which is how a running company looks. Used by ``./aria up`` and by the tests.
"""

import heapq
import itertools
import logging
import random
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError

log = logging.getLogger("demo_month")
TEHRAN = timedelta(hours=3, minutes=30)
OPENS, CLOSES = 8, 17
FRIDAY = 4
NEED = "aria_sales_opportunity"
STAFF = ("seller", "sales_manager", "finance", "supply", "production", "purchase", "warehouse", "delivery")
# tables whose create_date people see: PostgreSQL's clock is not moved
DATED = (
    "crm_lead", "sale_order", "sale_order_line", "account_move", "stock_picking", "stock_move", "mail_message",
    "aria_referral", "aria_workflow_log",
)  # fmt: skip
CUSTOMERS = ("hamgam", "sepahan", "atlas", "kavir", "arman", "golestan", "mehr", "baran", "novin", "tabriz")
CAMPAIGNS = ("exhibition", "exhibition", "phone", "web", "visit", None)
# product: usual quantities
GOODS = {
    "pump": (1, 2, 3), "motor": (1, 2, 4), "panel": (1, 1, 2), "cable": (100, 250, 400), "valve": (6, 12, 24),
    "breaker": (2, 4, 8), "drive": (1, 2), "sensor": (2, 4, 6), "pipe": (60, 120, 200), "install": (1,),
}  # fmt: skip
SCARCE = ("drive", "pipe", "panel")
CONTACTS = (
    "آقای نجفی", "خانم کریمی", "آقای رستمی", "خانم صالحی", "آقای جعفری", "خانم طاهری", "آقای اکبری", "خانم نوروزی",
)  # fmt: skip
SUBJECTS = (
    "تجهیز ایستگاه پمپاژ", "توسعه خط تولید", "تعمیرات اساسی سالانه", "بازسازی تابلوهای برق", "شبکه آب فضای سبز",
    "نوسازی موتورخانه", "سردخانه جدید", "سامانه آتش‌نشانی کارخانه", "اصلاح ضریب مصرف برق", "انتقال آب چاه شماره ۲",
    "پمپ‌خانه مجتمع", "یدکی‌های انبار فنی", "اتوماسیون خط بسته‌بندی", "تصفیه‌خانه پساب",
)  # fmt: skip
QUESTIONS = {
    "supply": (
        "زمان و قیمت تأمین را تا پایان وقت اعلام کنید.",
        "موجودی نداریم؛ زودترین زمان تأمین چه روزی است؟",
        "مشتری برند اروپایی هم می‌پذیرد؛ هر دو را بررسی کنید.",
    ),
    "finance": (
        "مشتری تقاضای پرداخت دوماهه دارد؛ مانده حساب را بررسی کنید.",
        "پیش‌پرداخت ۳۰ درصد واریز شده است؟",
    ),
    "purchase": ("قیمت سه فروشنده را برای این قلم بگیرید.", "آخرین قیمت خرید هنوز معتبر است؟"),
    "production": ("امکان مونتاژ تا دو هفته دیگر هست؟", "ساخت با نقشه پیوست چند روز زمان می‌برد؟"),
    "delivery": ("باربری برای صبح فردا هماهنگ شود.", "مشتری فقط پیش از ساعت ۱۴ تحویل می‌گیرد."),
    "sales_management": ("تخفیف ۷ درصدی خواسته‌اند؛ نظر شما چیست؟", "این مشتری بدحساب بوده؛ ادامه دهیم؟"),
}
ANSWERS = {
    "supply": ("ظرف ۶ روز کاری تأمین می‌شود؛ قیمت تغییر نکرده است.", "۲ دستگاه موجود است و بقیه هفته آینده می‌رسد."),
    "finance": ("مانده حساب مشتری تسویه است؛ مانعی نیست.", "پیش‌پرداخت وصول شد."),
    "purchase": ("ارزان‌ترین پیشنهاد با تحویل ۴ روزه ثبت شد.", "قیمت تا پایان هفته معتبر است."),
    "production": ("تا ۹ روز دیگر آماده می‌شود.", "ظرفیت خالی داریم؛ ۵ روز کاری."),
    "delivery": ("باربری هماهنگ شد؛ بارنامه فردا صادر می‌شود.", "تحویل ساعت ۱۰ صبح قطعی شد."),
    "sales_management": ("تا ۵ درصد موافقم.", "با پیش‌پرداخت نقدی ادامه دهید."),
}
RETURNS = (
    "مشخصات فنی کامل نیست؛ نقشه را پیوست کنید.",
    "مقدار و محل تحویل روشن نیست.",
    "نام برند را مشتری باید بنویسد.",
)
LOST_REASONS = {"price": "قیمت بالاتر از رقیب", "time": "زمان تحویل دیر", "budget": "نبود بودجه نزد مشتری"}


class Clock:
    """Moves the frozen time, inside working hours."""

    def __init__(self, frozen, rng):
        self.frozen, self.rng = frozen, rng

    def set(self, moment):
        self.frozen.move_to(moment)

    def next_open(self, moment):
        """Return ``moment`` (naive UTC), or the next opening of the office in Tehran."""
        local = moment + TEHRAN
        if local.hour >= CLOSES:
            local = local.replace(hour=0, minute=0) + timedelta(days=1)
        while local.weekday() == FRIDAY:
            local = local.replace(hour=0, minute=0) + timedelta(days=1)
        if local.hour < OPENS:  # spread over the day: an office does not do everything when it opens
            hour = self.rng.randrange(OPENS, CLOSES - 1)
            local = local.replace(hour=hour, minute=self.rng.randrange(60), second=self.rng.randrange(60))
        return local - TEHRAN


class Month:
    """The stories, told as generators: each step is done, then the hours until the next one are yielded."""

    def __init__(self, env, clock, today):
        self.env, self.clock, self.today, self.rng = env, clock, today, clock.rng
        self.numbers = itertools.count()
        self.queue, self.refused = [], []
        self.reasons = self.env["crm.lost.reason"].create([{"name": name} for name in LOST_REASONS.values()])

    # ------------------------------------------------------------------ who and what
    def ref(self, name, module=NEED):
        return self.env.ref(f"{module}.{name}_demo")

    def by(self, login, records):
        """Return ``records`` as the person with this login has them."""
        user = self.ref(f"user_{login}", "aria_workflow")
        context = {"lang": user.lang, "tz": user.tz, "mail_auto_subscribe_no_notify": True, "skip_sms": True}
        return records.with_user(user).with_context(**context)

    def model(self, login, name):
        return self.by(login, self.env[name])

    def unit(self, code):
        return self.env.ref(f"aria_workflow.unit_{code}")

    def one(self, choices):
        return self.rng.choice(choices)

    def chance(self, share):
        return self.rng.random() < share

    # ------------------------------------------------------------------ the clock
    def start(self, story, moment, exact=False):
        """Put a story into the queue at ``moment``, or at the next opening of the office."""
        moment = moment if exact else self.clock.next_open(moment)
        heapq.heappush(self.queue, (moment, next(self.numbers), story, exact))

    def live(self):
        """Run the stories until today; what is not done by then stays as it is."""
        day = None
        while self.queue and self.queue[0][0] < self.today:
            moment, _number, story, exact = heapq.heappop(self.queue)
            if day and day.date() != moment.date():
                self.date_rows(day)
            day = moment
            self.clock.set(moment)
            hours = self.step(story)
            if hours is not None:
                self.start(story, moment + timedelta(hours=hours), exact)
        self.date_rows(day)

    def step(self, story):
        """Go on with a story; return the hours until its next step, or nothing when it has ended.

        What somebody is refused, because somebody else was first, ends the story as it does in an office.
        """
        try:
            with self.env.cr.savepoint():
                hours = next(story, None)
                self.env.flush_all()
                return hours
        except UserError as error:
            self.env.clear()
            self.refused.append(str(error))
            log.warning("a step was refused: %s", error)
            return None

    def date_rows(self, moment):
        """Let the rows of a day carry the time of that day, as the database's clock stood still."""
        self.env.flush_all()
        for table in DATED:
            self.env.cr.execute(
                f"UPDATE {table} SET create_date = %s WHERE create_date >= %s",  # noqa: S608 (names are above)
                (moment, self.env.cr.now().replace(microsecond=0)),
            )
        self.env.invalidate_all()

    # ------------------------------------------------------------------ stories
    def sale(self, number):
        """A sale from the first call on; how far it gets depends on luck and on today."""
        customer = self.ref(f"partner_{self.one(CUSTOMERS)}", "aria_crm_lead")
        lead = self.record_lead(number, customer)
        yield self.rng.uniform(1, 12)
        if self.chance(0.25):
            yield from self.ask(lead, "sales_management")
        if number % 8 == 5:
            return  # a raw lead that nobody has followed up yet
        if number % 9 == 7:
            lead.action_set_lost(lost_reason_id=self.one(self.reasons).id)
            return
        lead.convert_opportunity(customer)
        yield self.rng.uniform(1, 6)
        lead.stage_id = self.env.ref("crm.stage_lead3")
        order = self.quote(lead, customer)
        yield self.rng.uniform(1, 3)
        yield from self.prepare(order)
        if order.state == "draft":
            order.action_quotation_sent()
        yield self.rng.uniform(6, 60)
        yield from self.decide(order)

    def record_lead(self, number, customer):
        campaign = self.one(CAMPAIGNS)
        return self.model("seller", "crm.lead").create(
            {
                "name": f"{SUBJECTS[number % len(SUBJECTS)]}، {customer.name}",
                "type": "lead",
                "partner_id": customer.id,
                "contact_name": self.one(CONTACTS),
                "user_id": self.ref("user_seller", "aria_workflow").id,
                "campaign_id": campaign and self.ref(f"utm_campaign_{campaign}", "aria_crm_lead").id,
                "aria_source_unit_id": self.unit("sales").id,
                "expected_revenue": self.rng.randrange(30, 400) * 10_000_000,
            }
        )

    def quote(self, lead, customer, goods=None):
        goods = goods or self.rng.sample(list(GOODS), self.rng.choice((2, 3, 3, 4, 4)))
        lines = [
            (0, 0, {"product_id": self.ref(f"product_{name}").id, "product_uom_qty": self.one(GOODS[name])})
            for name in goods
        ]
        return self.model("seller", "sale.order").create(
            {
                "partner_id": customer.id,
                "opportunity_id": lead.id,
                "campaign_id": lead.campaign_id.id,
                "user_id": self.ref("user_seller", "aria_workflow").id,
                "order_line": lines,
            }
        )

    def prepare(self, order):
        """The seller asks other units about some lines before the offer goes out."""
        for line in order.order_line:
            scarce = line.product_id in [self.ref(f"product_{name}") for name in SCARCE]
            if scarce and self.chance(0.6):
                yield from self.inquire(line)
            elif self.chance(0.15):
                yield from self.ask(line, self.one(("finance", "purchase", "production", "sales_management")))
            if line.aria_outcome or not order.exists():
                return

    def inquire(self, line):
        """A line goes to supply by its own button and comes back with an answer."""
        if self.is_busy(line):
            return
        self.press(line, "supply", self.one(QUESTIONS["supply"]))
        yield self.rng.uniform(2, 9) if self.chance(0.75) else self.rng.uniform(60, 150)
        held = self.by("supply", line.sudo().aria_referral_id)
        if held.sudo().to_unit_id == self.unit("supply") and self.chance(0.5):
            held.action_accept()
            yield self.rng.uniform(3, 30)
        if line.sudo().aria_stage_id.code == "supply":
            done = "ordered" if line.state == "sale" else "quoted" if line.state == "sent" else "requested"
            self.press(self.by("supply", line), done, self.one(ANSWERS["supply"]))

    def press(self, line, code, note):
        """Press the button that leads to the stage with ``code``, if there is one."""
        ways = line.sudo().aria_stage_id.workflow_id.transition_ids
        way = ways._from_stage(line.sudo().aria_stage_id).filtered(
            lambda t: t.trigger == "button" and t.to_stage_id.code == code
        )[:1]
        if way:
            line.aria_move(way.id, note)

    def is_busy(self, document):
        """Return whether somebody holds the document, or it has its end."""
        record = document.sudo()
        return bool(record.aria_referral_id or ("aria_outcome" in record._fields and record.aria_outcome))

    def ask(self, document, code):
        """The seller refers a document to a unit, which answers, or returns it with what is missing."""
        if self.is_busy(document):
            return
        deadline = self.clock.next_open(datetime.now() + timedelta(hours=self.rng.uniform(4, 40)))
        document.aria_refer(
            unit=self.unit(code),
            note=self.one(QUESTIONS[code]),
            deadline=deadline,
            priority=self.one(("0", "0", "0", "1", "2")),
        )
        login = "sales_manager" if code == "sales_management" else code
        yield self.rng.uniform(1, 20) if self.chance(0.8) else self.rng.uniform(60, 150)
        held = self.by(login, document.sudo().aria_referral_id)
        if not held:
            return
        if self.chance(0.15):
            held.action_return(self.one(RETURNS))
            yield self.rng.uniform(1, 6)
            document.aria_refer(unit=self.unit(code), note="مشخصات تکمیل شد؛ دوباره بررسی کنید.")
            yield self.rng.uniform(2, 10)
            held = self.by(login, document.sudo().aria_referral_id)
        if held:
            held.action_accept()
            yield self.rng.uniform(1, 10)
            held.action_answer(self.one(ANSWERS[code]))

    def decide(self, order):
        """The customer decides: all, a part, or nothing."""
        luck = self.rng.random()
        if luck < 0.10:
            order.action_cancel()
            return
        if luck < 0.22:
            for line in order.order_line.filtered(lambda line: not line.aria_outcome):
                line.aria_lose(self.one(self.reasons).id, "مشتری تلفنی انصراف داد.")
            return
        if luck < 0.40:
            order.order_line.filtered(lambda line: not line.aria_outcome)[-1:].aria_lose(self.one(self.reasons).id, "مشتری این قلم را از جای دیگری می‌خرد.")
            yield self.rng.uniform(1, 4)
        order.action_confirm()
        for picking in order.sudo().picking_ids:
            self.start(self.deliver(picking), datetime.now() + timedelta(hours=self.rng.uniform(4, 50)))
        if any(line.product_id.type == "service" for line in order.order_line):
            yield self.rng.uniform(20, 60)
            yield from self.bill(order)

    def deliver(self, picking):
        """The warehouse ships what is reserved; the rest waits for goods to come."""
        picking = self.by("warehouse", picking)
        for _attempt in range(6):
            if picking.state in ("done", "cancel"):
                return
            picking.action_assign()
            if any(move.quantity for move in picking.move_ids):
                break
            yield 24
        else:
            return
        if self.chance(0.3):
            yield from self.call_carrier(picking)
        order = picking.sale_id
        rest = self.validate(picking)
        if rest:
            self.start(self.deliver(rest), datetime.now() + timedelta(hours=30))
        yield self.rng.uniform(2, 30)
        yield from self.bill(self.by("seller", order))

    def call_carrier(self, picking):
        """Ready lines are referred on to the delivery unit, which answers."""
        held = picking.sudo().move_ids.sale_line_id.aria_referral_id
        held = self.by("warehouse", held)._filter_held_by(held.env.user)
        if held:
            onward = held.action_refer(unit=self.unit("delivery"), note=self.one(QUESTIONS["delivery"]))
            yield self.rng.uniform(2, 8)
            still = onward.sudo().filtered(lambda r: r.state in ("open", "accepted"))
            self.by("delivery", still).action_answer(self.one(ANSWERS["delivery"]))

    def validate(self, picking):
        """Validate a transfer as its button does, with a backorder for what is short; return the backorder."""
        result = picking.button_validate()
        if isinstance(result, dict) and result.get("res_model") == "stock.backorder.confirmation":
            wizard = picking.env[result["res_model"]].with_context(**result["context"]).create({})
            wizard.process()
        return picking.sudo().backorder_ids

    def bill(self, order):
        """The seller asks for the invoice, finance posts it, and most customers pay."""
        if order.invoice_status != "to invoice":
            return
        wizard = self.model("seller", "sale.advance.payment.inv").with_context(active_ids=order.ids)
        wizard.create({"advance_payment_method": "delivered"}).create_invoices()
        yield self.rng.uniform(1, 12)
        drafts = self.by("finance", order.sudo().invoice_ids.filtered(lambda move: move.state == "draft"))
        drafts.action_post()
        if self.chance(0.6):
            yield self.rng.uniform(30, 120)
            payment = self.model("finance", "account.payment.register")
            payment = payment.with_context(active_model="account.move", active_ids=drafts.ids)
            payment.create({}).action_create_payments()

    def restock(self, names):
        """Goods that were ordered elsewhere come in."""
        kind = self.env.ref("stock.warehouse0").in_type_id
        receipt = self.model("warehouse", "stock.picking").create(
            {
                "picking_type_id": kind.id,
                "move_ids": [
                    (0, 0, {"product_id": self.ref(f"product_{name}").id, "product_uom_qty": 4 * max(GOODS[name])})
                    for name in names
                ],
            }
        )
        receipt.action_confirm()
        self.validate(receipt)
        yield 1

    def desk(self, deadline):
        """The seller goes through what is free and asks every unit something for ``deadline``."""
        lines = self.env["sale.order.line"].search(
            [("aria_outcome", "=", False), ("aria_stage_id.code", "in", ("requested", "quoted", "ordered"))],
            order="id desc",
        )
        free = iter(lines.filtered(lambda line: not line.aria_unit_id and not line.aria_user_id))
        leads = self.env["crm.lead"].search([("type", "=", "lead"), ("aria_unit_id", "=", False)], limit=1)
        for code, questions in QUESTIONS.items():
            document = leads if code == "sales_management" and leads else next(free, None)
            if document:
                self.by("seller", document).aria_refer(
                    unit=self.unit(code),
                    note=self.one(questions),
                    deadline=deadline,
                    priority=self.one(("0", "0", "1")),
                )
                yield 0.1
        line = next(free, None)
        if line:
            self.by("seller", line).aria_refer(unit=self.unit("purchase"), note=self.one(QUESTIONS["purchase"]))
            yield 0.3
            self.by("purchase", line.sudo().aria_referral_id).action_return(self.one(RETURNS))

    def hurry(self, names):
        """Regular customers order by telephone what is in stock: the warehouse has to ship it."""
        for goods in names:
            customer = self.ref(f"partner_{self.one(CUSTOMERS)}", "aria_crm_lead")
            order = self.quote(self.env["crm.lead"], customer, goods)
            yield 0.2
            order.action_confirm()
            yield 0.2


def plan(month, days, sales):
    """Put the stories of a month into the queue."""
    first = month.today - timedelta(days=days)
    for number in range(sales):
        month.start(month.sale(number), first + timedelta(days=days * number / sales, hours=month.rng.uniform(0, 8)))
    for day in range(6, days, 7):
        month.start(month.restock(SCARCE), first + timedelta(days=day))
    # at fixed hours before now, whenever the demo is installed: cartables show overdue work, today's and tomorrow's
    for ago, due in ((26, -2), (5, 4), (3, 30)):
        deadline = month.today + timedelta(hours=due)
        month.start(month.desk(deadline), month.today - timedelta(hours=ago), exact=True)
    for ago, names in ((98, [("valve", "breaker")]), (4, [("pump", "sensor", "valve"), ("motor", "breaker")])):
        month.start(month.hurry(names), month.today - timedelta(hours=ago), exact=True)


def live(env, days=30, sales=48, seed=1404, today=None):
    """Live the last ``days`` with ``sales`` inquiries of customers; needs the demo files. Does not commit.

    :param datetime today: end of the month, naive UTC; default now
    :return: the month, or nothing when the database has no demo data to live with
    """
    if not env.ref(f"{NEED}.product_pump_demo", raise_if_not_found=False):
        return None
    today = (today or datetime.now()).replace(microsecond=0)
    with freeze_time(today) as frozen:
        month = Month(env, Clock(frozen, random.Random(seed)), today)
        plan(month, days, sales)
        month.live()
        # what the nightly jobs make of the month
        env["aria.customer.standing"]._classify()
        for contacts in env["aria.contact.plan"].search([]):
            contacts._plan_due(100)
    # nobody is to get mail from a demo
    env["mail.mail"].search([("state", "=", "outgoing")]).unlink()
    env.flush_all()
    log.info("a month of trade: %s", count(env))
    return month


def count(env):
    """Return what there is, for the log and the tests."""
    names = {
        "leads": "crm.lead", "orders": "sale.order", "lines": "sale.order.line", "referrals": "aria.referral",
        "steps": "aria.workflow.log", "transfers": "stock.picking", "invoices": "account.move",
    }  # fmt: skip
    return {
        name: env[model].with_context(active_test=False).search_count([]) for name, model in names.items()
    }


def run(env, lang="fa_IR"):
    """Fed to ``odoo shell`` by ``./aria up``: demo files, then the month; the staff has the language asked for."""
    import demo_data

    demo_data.load(env)
    staff = env["res.users"].search([("login", "in", STAFF)])
    staff.lang = lang
    env.cr.commit()
    live(env)
    env.cr.commit()
