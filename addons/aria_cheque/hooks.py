from odoo.tools.sql import column_exists


def pre_init_hook(env):
    """Make and fill the customer's column of cheques that are there already, in two statements."""
    if not column_exists(env.cr, "l10n_latam_check", "partner_id"):
        env.cr.execute("ALTER TABLE l10n_latam_check ADD COLUMN partner_id integer")
        env.cr.execute(
            "UPDATE l10n_latam_check c SET partner_id = p.partner_id"
            " FROM account_payment p WHERE p.id = c.payment_id"
        )


def uninstall_hook(env):
    """Leave cheques as Odoo had them: its menu is back, and guarantee cheques, which it does not know, go."""
    env["aria.workflow"]._aria_forget_model("l10n_latam.check")
    menu = env.ref("l10n_latam_check.menu_third_party_check", raise_if_not_found=False)
    if menu:
        menu.active = True
    env.cr.execute(
        "DELETE FROM aria_cheque_event e USING l10n_latam_check c"
        " WHERE c.id = e.check_id AND c.payment_id IS NULL"
    )
    env.cr.execute("DELETE FROM l10n_latam_check WHERE payment_id IS NULL")
    env.cr.execute("ALTER TABLE l10n_latam_check ALTER COLUMN payment_id SET NOT NULL")
