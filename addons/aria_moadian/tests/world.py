"""A company that sends, made in transactions that really commit: for runs with real workers, and for benchmarks."""

SELLER, BUYER = "14003778990", "10100302746"
GOODS = "2710000138624"


class World:
    """A company in Rial with a fiscal memory, a tax, a buyer and goods.

    :param values: of the memory: ``name``, ``base_url``, ``private_key`` and ``certificate`` (base64)
    """

    def __init__(self, env, **values):
        rial = env.ref("base.IRR")
        rial.write({"active": True, "rounding": 1})
        company = env["res.company"].create({"name": "Bench", "currency_id": rial.id})
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        company.write({"currency_id": rial.id, "account_fiscal_country_id": env.ref("base.ir").id})
        company.partner_id.write({"aria_economic_code": SELLER, "aria_national_id": SELLER})
        context = {"allowed_company_ids": company.ids, "tracking_disable": True}
        self.env = env(context={**env.context, **context})
        self.company = company
        memories = self.env["aria.moadian.memory"]
        self.memory = memories.create({"company_id": company.id, **values})
        self._make_data()

    def _make_data(self):
        env, company = self.env, self.company
        group = env["account.tax.group"].create({"name": "VAT", "company_id": company.id})
        self.tax = env["account.tax"].create(
            {
                "name": "VAT 10%",
                "amount": 10,
                "company_id": company.id,
                "tax_group_id": group.id,
                "country_id": env.ref("base.ir").id,
            }
        )
        self.goods = self.make_goods(*[f"Goods {n}" for n in range(5)])
        self.buyer = env["res.partner"].create(
            {
                "name": "Buyer",
                "is_company": True,
                "aria_economic_code": BUYER,
                "aria_national_id": BUYER,
            }
        )

    def make_goods(self, *names, sstid=GOODS):
        """Return new products that have a goods/service id."""
        return self.env["product.product"].create(
            [{"name": name, "aria_sstid": sstid} for name in names]
        )

    def line(self, product, quantity, price, **values):
        """Return the values of a line of an invoice."""
        return {
            "product_id": product.id,
            "quantity": quantity,
            "price_unit": price,
            "tax_ids": [(6, 0, self.tax.ids)],
            **values,
        }

    def odd_lines(self, chance, bad=None):
        """Return the values of one to three lines with fractions and discounts, now and then of ``bad`` goods."""
        return [
            self.line(
                bad if bad and chance.random() < 0.01 else chance.choice(self.goods),
                chance.choice([1, 2, 3, 0.5, 7.25]),
                chance.randint(1000, 99999999),
                discount=chance.choice([0, 0, 5, 12.5]),
            )
            for _line in range(chance.randint(1, 3))
        ]

    def post(self, invoices):
        """Return posted invoices of lists of line values."""
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.buyer.id,
                    "company_id": self.company.id,
                    "invoice_line_ids": [(0, 0, line) for line in lines],
                }
                for lines in invoices
            ]
        )
        moves.action_post()
        return moves
