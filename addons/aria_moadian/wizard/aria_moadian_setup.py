from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.aria_moadian_memory import ADDRESSES, SECRETS

STEPS = ["memory", "key", "test"]


class AriaMoadianSetup(models.TransientModel):
    """Leads through the set-up of a fiscal memory: who sends, with which key, and a test of it all.

    Key and password pass through it into the memory's vault: they are no columns of this table.
    """

    _name = "aria.moadian.setup"
    _description = "Connect to the Tax Organisation"

    step = fields.Selection(
        [("memory", "1. Memory"), ("key", "2. Key and Certificate"), ("test", "3. Test")],
        default="memory",
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    name = fields.Char("Memory ID", size=6)
    environment = fields.Selection(
        [("production", "Production"), ("sandbox", "Test (sandbox)"), ("other", "Another Address")],
        default="production",
        required=True,
    )
    base_url = fields.Char("Address", help="Address of the service up to “requestsmanager”.")
    proxy = fields.Char(
        help="Address of a proxy in Iran, when this server stands abroad: http://host:port"
    )
    economic_code = fields.Char(
        "Economic Code of the Company", compute="_compute_numbers", store=True, readonly=False
    )
    national_id = fields.Char(
        "National ID of the Company", compute="_compute_numbers", store=True, readonly=False
    )
    memory_id = fields.Many2one("aria.moadian.memory", readonly=True)
    certificate = fields.Binary(related="memory_id.certificate", readonly=False)
    certificate_owner = fields.Char(related="memory_id.certificate_owner")
    certificate_end = fields.Date(related="memory_id.certificate_end")
    has_key = fields.Boolean(related="memory_id.has_key")
    certificate_request = fields.Binary(related="memory_id.certificate_request")
    certificate_request_name = fields.Char(related="memory_id.certificate_request_name")
    private_key = fields.Binary(compute="_compute_secrets", readonly=False, exportable=False)
    key_password = fields.Char(compute="_compute_secrets", readonly=False, exportable=False)
    auto_send = fields.Boolean(related="memory_id.auto_send", readonly=False)
    user_id = fields.Many2one(related="memory_id.user_id", readonly=False)
    deadline_days = fields.Integer(related="memory_id.deadline_days", readonly=False)
    test_html = fields.Html("Result of the Test", compute="_compute_test_html")
    fiscal_name = fields.Char(related="memory_id.fiscal_name")
    fiscal_status = fields.Char(related="memory_id.fiscal_status")
    fiscal_state = fields.Char(related="memory_id.fiscal_state")
    fiscal_national_id = fields.Char(related="memory_id.fiscal_national_id")
    fiscal_economic_code = fields.Char(related="memory_id.fiscal_economic_code")

    @api.depends("company_id")
    def _compute_numbers(self):
        for wizard in self:
            seller = wizard.company_id.partner_id
            wizard.economic_code = seller.aria_economic_code
            wizard.national_id = seller.aria_national_id

    def _compute_secrets(self):
        self.private_key = False
        self.key_password = False

    @api.depends("memory_id.test_result")
    def _compute_test_html(self):
        for wizard in self:
            lines = (wizard.memory_id.test_result or "").splitlines()
            wizard.test_html = Markup("").join(
                Markup('<div class="%s">%s</div>')
                % ("text-danger" if line.startswith("✗") else "text-success", line)
                for line in lines
            )

    # ------------------------------------------------------------------ secrets
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        wizards = super().create([_without(vals, SECRETS) for vals in vals_list])
        # what the fields show of a memory is read as superuser
        wizards.memory_id.check_access("write")
        for wizard, vals in zip(wizards, vals_list, strict=True):
            wizard._hand_on_secrets(vals)
        return wizards

    def write(self, vals):
        # EXTENDS 'base'
        result = super().write(_without(vals, SECRETS))
        self.memory_id.check_access("write")
        for wizard in self:
            wizard._hand_on_secrets(vals)
        return result

    def _hand_on_secrets(self, vals):
        """Give key and password to the memory, which seals them; an empty field means: as it was."""
        given = {name: vals[name] for name in SECRETS if vals.get(name)}
        if not given:
            return
        if not self.memory_id:
            raise UserError(self.env._("Type the memory id first; the key belongs to it."))
        self.memory_id.write(given)

    # ------------------------------------------------------------------ steps
    def action_next(self):
        """Go on to the next step, when nothing is missing in this one."""
        self.ensure_one()
        self._demand_manager()
        getattr(self, f"_finish_{self.step}")()
        self.step = STEPS[min(STEPS.index(self.step) + 1, 2)]
        if self.step == "test":
            self.memory_id.action_test_connection()
        return self._show()

    def action_make_request(self):
        """Make a key and a certificate request for the memory, when there is no key yet."""
        self.ensure_one()
        self._demand_manager()
        if not self.memory_id:
            raise UserError(self.env._("Type the memory id first; the key belongs to it."))
        self.memory_id.action_make_request()
        return self._show()

    def action_back(self):
        """Go back a step."""
        self.ensure_one()
        self._demand_manager()
        self.step = STEPS[max(STEPS.index(self.step) - 1, 0)]
        return self._show()

    def action_test(self):
        """Test the connection again."""
        self.ensure_one()
        self._demand_manager()
        self._finish_key()
        self.memory_id.action_test_connection()
        return self._show()

    def action_board(self):
        """Close the wizard and open the board."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "aria_moadian.account_move_action_moadian"
        )

    def _demand_manager(self):
        if not self.env.user.has_group("aria_moadian.group_manager"):
            raise AccessError(
                self.env._("Only managers of the group “Moadian” may set up fiscal memories.")
            )

    def _finish_memory(self):
        if not self.name:
            raise UserError(
                self.env._("Type the memory id; the tax portal shows its six characters.")
            )
        if self.company_id not in self.env.user.company_ids:
            raise AccessError(
                self.env._("You do not work for %(name)s.", name=self.company_id.name)
            )
        self._write_seller()
        address = ADDRESSES.get(self.environment) or self.base_url
        if not address:
            raise UserError(self.env._("Type the address of the service."))
        values = {"base_url": address, "proxy": self.proxy}
        memory = self.memory_id or self._find_memory(address)
        if memory:
            memory.write({**values, "active": True})
        else:
            memory = memory.create({**values, "name": self.name, "company_id": self.company_id.id})
        self.memory_id = memory

    def _find_memory(self, address):
        """Return the memory with this id and address, an archived one too; of another company it is refused."""
        memories = self.env["aria.moadian.memory"].with_context(active_test=False)
        found = memories.search(
            [("name", "=ilike", self.name), ("base_url", "=", address.strip().rstrip("/"))], limit=1
        )
        if found and found.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "Memory %(name)s belongs to %(company)s; choose that company, or another memory.",
                    name=found.name,
                    company=found.company_id.name,
                )
            )
        return found

    def _write_seller(self):
        seller = self.company_id.partner_id
        wanted = {
            "aria_economic_code": self.economic_code,
            "aria_national_id": self.national_id,
        }
        changed = {
            name: value for name, value in wanted.items() if (value or "") != (seller[name] or "")
        }
        if changed:
            # sudo: whoever sets up the memory gives its company the two numbers that are sent, and nothing else
            seller.sudo().write(changed)
        if not (seller.aria_economic_code or seller.aria_national_id):
            raise UserError(
                self.env._(
                    "Type the economic code of %(name)s; it stands on every invoice.",
                    name=self.company_id.name,
                )
            )

    def _finish_key(self):
        memory = self.memory_id
        if not memory.certificate:
            raise UserError(
                self.env._("Upload the certificate of memory %(name)s.", name=memory.name)
            )
        if not memory.has_key:
            raise UserError(
                self.env._("Upload the private key of memory %(name)s.", name=memory.name)
            )

    def _finish_test(self):
        """Nothing is missing after the test; its result is shown."""

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect to the Tax Organisation"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


def _without(vals, names):
    return {name: value for name, value in vals.items() if name not in names}
