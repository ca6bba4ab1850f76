import json

from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_list, formatLang, html2plaintext

from odoo.addons.aria_workflow.engine import without_token

from .sale_order import HEADER

QUEUE = "aria_sales_approval.voided"
NOTE_LENGTH = 200


class SaleOrder(models.Model):
    """What has changed since an approval was asked or given, and who is told of it."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _aria_get_header_names(self):
        """Return {field: value as people read it} of what an approval covers beside the lines."""
        self.ensure_one()
        names = {}
        for name in HEADER:
            value = self[name]
            if self._fields[name].type == "html":
                names[name] = html2plaintext(value or "")[:NOTE_LENGTH]
            else:
                names[name] = value.display_name or ""
        return names

    # ------------------------------------------------------------------ in words
    def _aria_describe_changes(self, before, after):
        """Return sentences on what differs between two contents of this order, dicts or JSON."""
        self.ensure_one()
        was, now = (
            json.loads(x or "{}") if isinstance(x, str | bool | None) else x
            for x in (before, after)
        )
        old, new = ({x["id"]: x for x in content.get("lines", [])} for content in (was, now))
        said = self._aria_describe_header(was.get("header") or {}, now.get("header") or {})
        for key, line in new.items():
            if key not in old:
                said.append(self.env._("%(line)s: added", line=line["name"]))
            elif changes := self._aria_describe_line(old[key], line):
                said.append(f"{line['name']}: {changes}")
        gone = [line["name"] for key, line in old.items() if key not in new]
        return said + [self.env._("%(line)s: removed", line=name) for name in gone]

    @api.model
    def _aria_describe_header(self, was, now):
        labels = {name: self._fields[name]._description_string(self.env) for name in HEADER}
        return [
            self._aria_describe_change(labels[name], was[name], now[name])
            for name in HEADER
            if name in was and name in now and was[name] != now[name]
        ]

    def _aria_describe_line(self, was, now):
        labels = {
            "name": self.env._("Product"),
            "quantity": self.env._("Quantity"),
            "unit": self.env._("Unit"),
            "price": self.env._("Price"),
            "discount": self.env._("Discount"),
            "taxes": self.env._("Taxes"),
        }

        def show(name, value):
            if name == "price":
                return formatLang(self.env, value, currency_obj=self.currency_id)
            return self._aria_format_number(value)

        changes = [
            self._aria_describe_change(label, show(name, was[name]), show(name, now[name]))
            for name, label in labels.items()
            if name in was and name in now and was[name] != now[name]
        ]
        return format_list(self.env, changes)

    @api.model
    def _aria_describe_change(self, label, was, now):
        # in words: an arrow would point the wrong way from right to left
        return self.env._(
            "%(label)s from %(was)s to %(now)s", label=label, was=was or "–", now=now or "–"
        )

    def _aria_get_changes(self, request, content, prints):
        """Return what has changed of this (superuser) order since ``request``, and by whom; or nothing."""
        said = self._aria_describe_changes(request.snapshot, content) if request else []
        if not said:
            return ""
        asked = request.fingerprint or {"header": "", "lines": {}}
        changed = [int(k) for k, v in prints["lines"].items() if asked["lines"].get(k) != v]
        people = self.order_line.browse(changed).write_uid
        if prints["header"] != asked["header"] or asked["lines"].keys() - prints["lines"].keys():
            people |= self.write_uid
        names = format_list(self.env, people.mapped("name") or [self.env.user.name])
        first = self.env._("Changed by %(users)s since the last round:", users=names)
        return "\n".join([first, *said])

    # ------------------------------------------------------------------ who is told
    def _aria_queue_voided(self):
        """Remember that the approval of this order does not hold any more; told before the commit."""
        precommit = self.env.cr.precommit
        if QUEUE not in precommit.data:
            precommit.add(without_token(self.browse())._aria_tell_voided)
        precommit.data.setdefault(QUEUE, set()).add(self.id)

    def _aria_tell_voided(self):
        """Tell those who approved, or are asked, what was changed, and by whom."""
        # sudo: news go to approvers, whatever the user may read
        orders = self.browse(self.env.cr.precommit.data.pop(QUEUE, ())).sudo().exists()
        voided = orders.filtered(lambda o: o.aria_approval_state == "voided")
        contents = voided._aria_get_snapshots()
        for order in voided:
            request = order._aria_get_request()
            for user in request._aria_get_concerned() - self.env.user:
                order._aria_tell_user(user, request, contents[order.id])

    def _aria_tell_user(self, user, request, content):
        order = self.with_context(lang=user.with_user(user).context_get()["lang"])
        said = order._aria_describe_changes(request.snapshot, content)
        text = order.env._(
            "%(user)s has changed “%(order)s”; its approval does not hold any more.",
            user=self.env.user.name,
            order=self.name,
        )
        rows = Markup().join(Markup("<li>%s</li>") % row for row in said)
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            author_id=self.env.user.partner_id.id,
            subject=order.env._("Changed after approval: %(order)s", order=self.name),
            body=Markup("<p>%s</p><ul>%s</ul>") % (text, rows),
        )
