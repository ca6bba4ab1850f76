from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..arguments import to_future, to_record
from .aria_referral import OPEN_STATES

RECENT_SEARCHED = 60
RECENT_SHOWN = 5
# what closing a referral looks at, read with the search
CLOSING_FIELDS = [
    "res_model", "res_id", "res_name", "state", "parent_id", "part_count", "from_user_id",
    "from_unit_id", "to_user_id", "to_unit_id", "owner_id", "summary", "deadline", "priority",
]  # fmt: skip


def _get_target_name(unit, user):
    """Return one line for a unit and a person of it, either of which may be empty."""
    return " – ".join(name for name in (unit.display_name, user.name) if name)


class AriaReferableMixin(models.AbstractModel):
    """A document that can be referred to units and persons, and knows who holds it."""

    _name = "aria.referable.mixin"
    _inherit = ["aria.engine.mixin"]
    _description = "Document that can be referred"
    _aria_tells_sender = True  # whether the sender gets a note on the screen when it is answered

    aria_referral_ids = fields.One2many(
        "aria.referral",
        "res_id",
        string="Referrals",
        domain=lambda self: [("res_model", "=", self._name)],
        readonly=True,
        copy=False,
    )
    aria_referral_id = fields.Many2one(
        "aria.referral",
        string="Open Referral",
        compute="_compute_aria_referral_id",
        compute_sudo=True,
        search="_search_aria_referral_id",
    )
    aria_unit_id = fields.Many2one(
        "aria.unit",
        string="Holding Unit",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        aria_engine=True,
    )
    aria_user_id = fields.Many2one(
        "res.users",
        string="Holder",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        aria_engine=True,
    )
    aria_can_act = fields.Boolean(
        "Held by Me",
        compute="_compute_aria_can_act",
        help="Whether the reader holds this document.",
    )

    @api.depends("aria_referral_ids.state")
    def _compute_aria_referral_id(self):
        open_referrals = self.env["aria.referral"].search(self._aria_get_open_domain())
        of_document = {referral.res_id: referral for referral in open_referrals}
        for record in self:
            record.aria_referral_id = of_document.get(record.id, False)

    @api.model
    def _search_aria_referral_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        # parts of a divided referral are not the document's: who divided it still holds it
        domain = (
            Domain("res_model", "=", self._name)
            & Domain("state", "in", OPEN_STATES)
            & Domain("parent_id", "=", False)
        )
        if operator == "any":
            return Domain("aria_referral_ids", "any", domain & Domain(value))
        found = Domain(
            "aria_referral_ids", "any", domain & Domain("id", "in", [v for v in value if v])
        )
        return found if all(value) else found | Domain("aria_referral_ids", "not any", domain)

    @api.depends_context("uid")
    @api.depends("aria_referral_id")
    def _compute_aria_can_act(self):
        for record in self:
            record.aria_can_act = (
                record.sudo().aria_referral_id.can_act
            )  # only whether the reader holds it

    def _aria_get_open_domain(self):
        return (
            Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("state", "in", OPEN_STATES)
            & Domain("parent_id", "=", False)
        )

    # ------------------------------------------------------------------ public
    def aria_refer(
        self, unit=None, user=None, note=None, deadline=None, remind_at=None, priority=None
    ):
        """Refer the documents to a unit or a person.

        A document that is already referred can be referred on by its holder, or anew by its sender; one
        that is not, by whoever may write it.

        :param unit: ``aria.unit`` record or id
        :param user: ``res.users`` record or id; with a unit: this person of it
        :param str note: the instruction
        :param deadline: UTC datetime, or text
        :param remind_at: UTC datetime, or text
        :param str priority: "0" normal, "1" high, "2" urgent
        :return: the new ``aria.referral`` records
        """
        unit = to_record(self.env, "aria.unit", unit)
        user = to_record(self.env, "res.users", user)
        current = self._aria_get_open_referrals()
        free = self - self.browse(current.mapped("res_id"))
        if free:  # of no records Odoo asks whether the user may write any, which holders need not
            free.check_access("write")
        held = current._filter_held_by(self.env.user)
        (current - held).sudo(self.env.su)._aria_check_sent_by_user()
        values = {"note": note, "deadline": deadline, "remind_at": remind_at, "priority": priority}
        documents = free.sudo()  # the right to write them was checked above
        documents._aria_check_target(unit, user)
        return (
            documents._aria_open_referrals(unit, user, **values)
            | held._refer_on(unit, user, **values)
            | (current - held)._refer_on(unit, user, state="cancelled", **values)
        ).sudo(self.env.su)

    def aria_accept(self):
        """Take the documents that are referred to the user or to a unit of the user."""
        return self._aria_get_held_referrals().action_accept()

    def aria_answer(self, answer=None):
        """Answer the open referrals of the documents; see ``aria.referral.action_answer``."""
        return self._aria_get_held_referrals().action_answer(answer)

    def aria_return(self, reason=None):
        """Return the documents to whoever referred them; see ``aria.referral.action_return``."""
        return self._aria_get_held_referrals().action_return(reason)

    def aria_get_timeline(self):
        """Return who held these documents, how long, and what they answered; see ``aria.referral``.

        Everybody who may read the documents sees all of it.
        """
        self.check_access("read")
        # sudo: the history belongs to the document, which the user may read
        referrals = (
            self.env["aria.referral"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        return referrals._aria_prepare_timeline(set(referrals.ids)) if referrals else []

    @api.model
    def aria_recent_targets(self):
        """Return to whom the user has referred documents of this kind lately, the last one first.

        :return: list of dicts ``unit_id``, ``user_id`` (ids or False) and ``name``
        """
        last = self.env["aria.referral"].search(
            [("from_user_id", "=", self.env.uid), ("res_model", "=", self._name)],
            order="id desc",
            limit=RECENT_SEARCHED,
        )
        # sudo: names and whether the targets still are there
        targets = dict.fromkeys(
            (r.to_unit_id, r.absent_user_id or r.to_user_id) for r in last.sudo()
        )
        return [
            {"unit_id": unit.id, "user_id": user.id, "name": _get_target_name(unit, user)}
            for unit, user in targets
            if (not unit or unit.active) and (not user or user.active)
        ][:RECENT_SHOWN]

    # ------------------------------------------------------------------ hooks
    def _aria_referral_opened(self, referrals):
        """Called (superuser) on documents for which ``referrals`` have just been opened."""

    def _aria_referral_closed(self, referrals):
        """Called (superuser) on documents whose ``referrals`` have just been closed."""

    def _aria_referral_card(self):
        """Return what a holder without access to these (superuser) documents needs to know.

        :return: {id: [(label, value), …]}; no prices, unless a model says so
        """
        has_partner = "partner_id" in self._fields
        return {
            record.id: [(self.env._("Document"), record.display_name)]
            + ([(self.env._("Customer"), record.partner_id.display_name)] if has_partner else [])
            for record in self
        }

    def _aria_get_owners(self):
        """Return who is responsible for each of these documents: {id: user}."""
        users = self.env["res.users"]
        return {
            record.id: record.user_id if "user_id" in self._fields else users for record in self
        }

    def _aria_get_partners(self):
        """Return the customer of each of these documents: {id: partner}."""
        partners = self.env["res.partner"]
        has_partner = "partner_id" in self._fields
        return {record.id: record.partner_id if has_partner else partners for record in self}

    def _aria_get_referral_summary(self):
        """Return the subject of a referral of these documents."""
        return self.env["ir.model"]._get(self._name).name

    def _aria_get_document_action(self):
        """Return the action that opens this document."""
        self.ensure_one()
        return self.get_formview_action()

    # ------------------------------------------------------------------ engine
    def _aria_get_open_referrals(self):
        """Return the open referrals of these documents as superuser."""
        # sudo: who holds a document is asked before anybody may act on it
        model = self.env["aria.referral"].sudo()
        return model.search_fetch(self._aria_get_open_domain(), CLOSING_FIELDS)

    def _aria_get_held_referrals(self):
        """Return the open referrals of these documents, as the user.

        :raise UserError: a document has none
        """
        referrals = self._aria_get_open_referrals()
        missing = (self - self.browse(referrals.mapped("res_id")))[:1]
        if missing:
            raise UserError(
                self.env._(
                    "“%(document)s” is not referred to anybody; refer it first.",
                    document=missing._aria_get_visible_name(),
                )
            )
        referrals._check_holder()
        return referrals.sudo(self.env.su)

    def _aria_close_open_referrals(self, state, answer=None):
        """Close the open referrals of these (superuser) documents, which are known to exist."""
        self._aria_get_open_referrals()._close(state, answer, documents=self)

    def _aria_get_visible_name(self):
        """Return the document's name for a message, without showing it to those who may not read it."""
        self.ensure_one()
        if self.sudo().exists() and self.has_access("read"):  # existence only
            return self.display_name
        return f"{self.env['ir.model']._get(self._name).name} {self.id}"

    def _aria_check_target(self, unit, user):
        """Refuse targets that could not work on these (superuser) documents."""
        if not unit and not user:
            raise UserError(
                self.env._("Choose the unit or the person to whom the work is referred.")
            )
        if user and (user.sudo().share or not user.sudo().active):  # state of the account only
            raise UserError(
                self.env._(
                    "%(user)s is not an active employee; choose somebody else.",
                    user=user.sudo().name,
                )  # the name only
            )
        if unit and not unit.sudo().active:  # state of the unit only
            raise UserError(
                self.env._(
                    "%(unit)s is archived; choose another unit.", unit=unit.sudo().name
                )  # the name only
            )
        self._aria_check_target_company(unit.sudo(), user.sudo())  # companies only

    def _aria_check_target_company(self, unit, user):
        companies = self._aria_get_companies()
        for company in set(companies.values()) - {self.env["res.company"]}:
            if (unit.company_id and unit.company_id != company) or (
                user and company not in user.company_ids
            ):
                raise UserError(
                    self.env._(
                        "%(target)s does not work for %(company)s, to which the document belongs;"
                        " choose another target.",
                        target=(user or unit).display_name,
                        company=company.display_name,
                    )
                )

    def _aria_get_companies(self):
        """Return the company of each of these documents: {id: company}."""
        companies = self.env["res.company"]
        has_company = "company_id" in self._fields
        return {record.id: record.company_id if has_company else companies for record in self}

    def _aria_set_holder(self, unit=None, user=None):
        """Keep on these documents who holds them."""
        self._aria_engine_write(
            {"aria_unit_id": unit.id if unit else False, "aria_user_id": user.id if user else False}
        )

    def _aria_open_referrals(self, unit, user, previous=None, **values):
        """Open a referral for each of these (superuser) documents.

        :param previous: {document id: referral that this one follows}
        :param values: note, deadline, remind_at, priority, summary, from_unit, same_work
        :return: the new referrals, as superuser
        """
        if not self:
            return self.env["aria.referral"].sudo()  # empty
        from_unit = values.pop("from_unit", None) or self._aria_get_unit_of_user()
        receivers = self._aria_get_receivers(unit, user)
        unreachable = unit._get_unreachable(set(self._aria_get_companies().values()), user)
        # the document's row first: two users at once meet there, and the second is replayed
        for receiver, documents in self.grouped(lambda r: receivers[r.id]).items():
            documents._aria_set_holder(unit, receiver)
        self.flush_recordset(["aria_unit_id", "aria_user_id"])
        referrals = (
            self.env["aria.referral"]
            ._aria_engine_create(
                self._aria_prepare_referral_vals(
                    unit,
                    user,
                    from_unit,
                    previous or {},
                    receivers=receivers,
                    unreachable=unreachable,
                    **values,
                )
            )
            .sudo()
        )  # handed to hooks of the engine
        referrals._update_counters(1)
        self._aria_referral_opened(referrals)
        return referrals

    def _aria_get_receivers(self, unit, user):
        """Return {document id: user who gets the referral}; an empty user: any member of the unit.

        Whoever is away is represented by the substitute, if there is one.
        """
        receivers = {}
        companies = self._aria_get_companies()
        for company, documents in self.grouped(lambda r: companies[r.id]).items():
            if user:
                stand_in = self.env["aria.absence"]._get_stand_ins(user, company)[user]
                receivers |= dict.fromkeys(documents.ids, stand_in or user)
            else:
                people = unit._get_receivers(len(documents), company)
                receivers |= dict(zip(documents.ids, people, strict=True))
        return receivers

    def _aria_get_unit_of_user(self):
        """Return the unit in whose name the user refers: the first one he belongs to."""
        units = self.env["aria.unit"]
        return units.sudo().browse(units._get_my_first_id() or ())  # own

    def _aria_prepare_referral_vals(
        self, unit, user, from_unit, previous, receivers=None, **values
    ):
        """Return the values of the referrals of these documents; one dict each, in order.

        :param receivers: {document id: who gets the referral instead of ``user``}
        """
        receivers = receivers or {}
        common = self._aria_prepare_common_referral_vals(unit, user, from_unit, **values)
        owners, companies = self._aria_get_owners(), self._aria_get_companies()
        partners = self._aria_get_partners()
        return [
            {
                **common,
                **self._aria_prepare_chain_vals(previous.get(record.id), values),
                "res_id": record.id,
                "res_name": record.display_name,
                "owner_id": owners[record.id].id,
                "partner_id": partners[record.id].id,
                "company_id": companies[record.id].id,
                **self._aria_prepare_receiver_vals(user, receivers.get(record.id, user)),
                "unit_unreachable": companies[record.id] in values.get("unreachable", ()),
            }
            for record in self
        ]

    @api.model
    def _aria_prepare_receiver_vals(self, user, receiver):
        """Return who gets a referral that is meant for ``user``."""
        instead = user.id if user and receiver != user else False
        return {"to_user_id": receiver.id, "absent_user_id": instead}

    def _aria_prepare_common_referral_vals(self, unit, user, from_unit, **values):
        sender = self.env.user
        is_employee = sender.active and not sender.share  # not a customer's, nor the scheduler's
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_model": self._name,
            "from_user_id": sender.id if is_employee else False,
            "from_unit_id": from_unit.id,
            "to_unit_id": unit.id,
            "to_user_id": user.id,
            "summary": values.get("summary") or self._aria_get_referral_summary(),
            "note": values.get("note") or False,
            "priority": self.env["aria.referral"]._to_priority(values.get("priority")),
            "deadline": to_future(self.env, values.get("deadline"), self.env._("The deadline")),
            "remind_at": to_future(self.env, values.get("remind_at"), self.env._("The reminder")),
        }

    def _aria_prepare_chain_vals(self, previous, values):
        """Return what a referral takes from the one it follows.

        Referred on or returned (``same_work``), the subject stays, and deadline and priority too unless
        ``values`` say otherwise.
        """
        if not previous:
            return {}
        kept = {"previous_id": previous.id}
        if values.get("same_work"):
            kept["summary"] = previous.summary
            kept |= {
                name: previous[name] for name in ("deadline", "priority") if not values.get(name)
            }
        return kept

    def _aria_cancel_open_referrals(self):
        """Cancel what is still open on these documents."""
        self._aria_get_open_referrals()._close("cancelled", keep_holder=True)

    # at_uninstall=True: a caller's context key "_force_unlink" must not leave referrals without document
    @api.ondelete(at_uninstall=True)
    def _unlink_cancel_referrals(self):
        self._aria_cancel_open_referrals()
