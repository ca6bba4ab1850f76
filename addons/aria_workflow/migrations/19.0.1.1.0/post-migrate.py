from odoo import SUPERUSER_ID, api
from odoo.fields import Domain


def migrate(cr, version):
    """Plan the news of referrals that are open already; let those who are mentioned read a referral."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    planned = Domain("deadline", "!=", False) | Domain("remind_at", "!=", False)
    open_ones = Domain("state", "in", ("open", "accepted")) & Domain("alarm_at", "=", False)
    env["aria.referral"].search(open_ones & planned)._aria_replan()
    rule = env.ref("aria_workflow.aria_referral_rule_user", raise_if_not_found=False)
    if rule and "message_partner_ids" not in rule.domain_force:  # customers may have changed it
        rest = rule.domain_force.strip()[1:]
        mentioned = "('message_partner_ids', 'in', user.partner_id.id)"
        rule.domain_force = f"['|', {mentioned}, {rest}"
