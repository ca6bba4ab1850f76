from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..arguments import to_parts
from ..engine import with_token

OPEN_STATES = ("open", "accepted")
PART_KEYS = {"user_id", "unit_id", "summary", "note", "deadline", "remind_at", "priority"}
INHERITED = ("res_model_id", "res_id", "res_name", "owner_id", "company_id", "partner_id")


class AriaReferralPartsMixin(models.AbstractModel):
    """Division of a referral into parts, each with a holder, a deadline and an answer of its own.

    The whole stays with whoever divided it and counts its parts. Every change of a part that counts
    writes the row of the whole first: two parts that end at the same instant meet there, and the second
    is replayed on a snapshot that knows of the first.
    """

    _name = "aria.referral.parts.mixin"
    _description = "Referral that can be divided"

    parent_id = fields.Many2one(
        "aria.referral",
        string="Part Of",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    child_ids = fields.One2many("aria.referral", "parent_id", string="Parts", readonly=True)
    answer_when = fields.Selection(
        [("all", "All parts are answered"), ("first", "The first part is answered")],
        string="Answered When",
        readonly=True,
    )
    part_count = fields.Integer("Number of Parts", readonly=True, default=0)
    part_done = fields.Integer("Answered Parts", readonly=True, default=0)
    progress = fields.Char("Parts Done", compute="_compute_progress")

    @api.depends("part_count", "part_done")
    def _compute_progress(self):
        for referral in self:
            count = referral.part_count
            referral.progress = f"{referral.part_done}/{count}" if count else False

    # ------------------------------------------------------------------ public
    def aria_divide(self, parts, answer_when="all"):
        """Divide each of these referrals into parts; the user keeps the whole.

        The whole answers itself with the answers of its parts. A part that is returned comes back to the
        user, and one that is taken back counts no longer.

        :param list parts: dicts with ``user_id`` or ``unit_id`` (id; both: this person of the unit) and
            optionally ``summary``, ``note``, ``deadline``, ``remind_at`` (UTC, datetime or text) and
            ``priority``; deadline and priority are those of the whole unless given
        :param str answer_when: "all" parts have been answered, or the "first" one
        :return: the parts, as ``aria.referral`` records
        :raise UserError: no parts, one to the user himself or to somebody inactive, a time in the past,
            or a referral that is already divided
        """
        referrals = self._checked()
        parts = referrals._aria_check_parts(parts)
        referrals._aria_check_dividable(answer_when)
        self.action_accept()
        from_unit = self.env["aria.referable.mixin"]._aria_get_unit_of_user()
        vals_list = []
        for part in parts:
            receivers = referrals._aria_get_receivers(part["unit"], part["user"], self.env.user)
            part["unreachable"] = part["unit"]._get_unreachable(
                set(referrals.grouped("company_id")), part["user"]
            )
            vals_list += [
                referral._aria_prepare_part_vals(part, receivers[referral.id], from_unit)
                for referral in referrals
            ]
        # the rows of the wholes first: whoever closes one at the same instant meets this there
        referrals._update_counters(-1)
        with_token(referrals).write(
            {"answer_when": answer_when, "part_count": len(parts), "part_done": 0}
        )
        referrals.flush_recordset(["part_count"])
        return referrals._aria_open_parts(vals_list).sudo(self.env.su)

    # ------------------------------------------------------------------ guards
    def _aria_check_dividable(self, answer_when):
        if answer_when not in dict(self._fields["answer_when"].selection):
            raise UserError(
                self.env._(
                    "%(value)s does not say when the whole is answered; choose “all” or “first”.",
                    value=answer_when,
                )
            )
        divided = self.filtered("part_count")[:1]
        if divided:
            raise UserError(
                self.env._(
                    "“%(document)s” is already divided (%(progress)s answered); take back its parts"
                    " before you divide it anew.",
                    document=divided.res_name,
                    progress=divided.progress,
                )
            )

    def _aria_check_parts(self, parts):
        """Return ``parts`` with records and datetimes in them; see :func:`to_parts`."""
        documents_of_models = self._documents().values()

        def check_target(unit, user):
            for documents in documents_of_models:
                documents._aria_check_target(unit, user)
            if user == self.env.user:
                raise UserError(
                    self.env._(
                        "A part cannot go to yourself, as the whole stays with you; choose somebody else."
                    )
                )

        return to_parts(self.env, parts, PART_KEYS, check_target)

    # ------------------------------------------------------------------ the engine's side
    def _aria_get_receivers(self, unit, user, without=None):
        """Return {id of the referral: who gets its part}, as documents do for themselves."""
        receivers = {}
        for company, referrals in self.grouped("company_id").items():
            if user:
                stand_in = self.env["aria.absence"]._get_stand_ins(user, company)[user]
                receivers |= dict.fromkeys(referrals.ids, stand_in or user)
            else:
                people = unit._get_receivers(len(referrals), company, without)
                receivers |= dict(zip(referrals.ids, people, strict=True))
        return receivers

    def _aria_prepare_part_vals(self, part, receiver, from_unit):
        """Return the values of one part of this (superuser) referral."""
        self.ensure_one()
        documents = self.env[self.res_model]
        return {
            **documents._aria_prepare_common_referral_vals(
                part["unit"],
                part["user"],
                from_unit,
                summary=part.get("summary") or self.summary,
                note=part.get("note") or self.note,
                deadline=part["deadline"],
                remind_at=part["remind_at"],
                priority=part.get("priority") or self.priority,
            ),
            **self._aria_prepare_inherited_vals(),
            **documents._aria_prepare_receiver_vals(part["user"], receiver),
            "unit_unreachable": self.company_id in part["unreachable"],
            "deadline": part["deadline"] or self.deadline,
            "parent_id": self.id,
        }

    def _aria_prepare_inherited_vals(self):
        """Return what a part shares with its whole: the document and whose it is."""
        return {
            name: self[name].id if self._fields[name].type == "many2one" else self[name]
            for name in INHERITED
        }

    def _aria_open_parts(self, vals_list):
        """Create parts; the document and its holder stay as they are."""
        parts = self._aria_engine_create(vals_list).sudo()  # handed to methods of the engine
        parts._update_counters(1)
        return parts

    def _aria_open_next_parts(self, unit, user, **values):
        """Open the parts that follow these ones, when they are referred on or returned."""
        receivers = self._aria_get_receivers(unit, user)
        unreachable = unit._get_unreachable(set(self.grouped("company_id")), user)
        from_unit = self.env["aria.referable.mixin"]._aria_get_unit_of_user()
        values |= {"same_work": True}
        vals_list = []
        for model, parts in self.grouped("res_model").items():
            documents = self.env[model]
            common = documents._aria_prepare_common_referral_vals(unit, user, from_unit, **values)
            vals_list += [
                common
                | part._aria_prepare_inherited_vals()
                | documents._aria_prepare_receiver_vals(user, receivers[part.id])
                | {"unit_unreachable": part.company_id in unreachable}
                | documents._aria_prepare_chain_vals(part, values)
                | {"parent_id": part.parent_id.id}
                for part in parts
            ]
        return self._aria_open_parts(vals_list)

    def _aria_count_ended_parts(self, state):
        """Count these (superuser) parts, which end in ``state``, on their wholes.

        To be called before the parts are written, so that everybody takes the rows in the same order.
        """
        for whole, parts in self.grouped("parent_id").items():
            if not whole:
                continue
            step = "part_done" if state == "answered" else "part_count"
            change = len(parts) if state == "answered" else -len(parts)
            with_token(whole).write({step: whole[step] + change})
            whole.flush_recordset([step])

    def _aria_end_wholes(self):
        """Answer the wholes of these ended (superuser) parts where that is due."""
        for whole in self.parent_id:
            if (
                not whole.part_count
            ):  # the last part was taken back: it is the holder's own work again
                whole._update_counters(1)
            elif whole.part_done >= (whole.part_count if whole.answer_when == "all" else 1):
                whole._close("answered", whole._aria_get_answer_of_parts())

    def _aria_get_answer_of_parts(self):
        """Return the answers of the parts of this referral, one a line, with who gave them."""
        self.ensure_one()
        answered = self.child_ids.filtered(lambda r: r.state == "answered" and not r.next_ids)
        return "\n".join(
            f"{part.closed_by_id.name} ({part.summary or part.res_name}): {part.answer or ''}"
            for part in answered.sorted("id")
        )

    def _aria_get_open_parts_domain(self):
        return Domain("parent_id", "in", self.filtered("part_count").ids) & Domain(
            "state", "in", OPEN_STATES
        )

    def _aria_cancel_parts(self):
        """Cancel the open parts of these closed (superuser) referrals."""
        parts = self.search(self._aria_get_open_parts_domain())
        parts._close(
            "cancelled", self.env._("No longer needed: the whole is closed."), keep_holder=True
        )
