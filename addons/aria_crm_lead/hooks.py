from odoo.tools.sql import column_exists


def pre_init_hook(env):
    """Fill the recorder of a live table: the field's default would name whoever installs the addon."""
    if not column_exists(env.cr, "crm_lead", "aria_registrar_id"):
        env.cr.execute("ALTER TABLE crm_lead ADD COLUMN aria_registrar_id int4")
    env.cr.execute(
        "UPDATE crm_lead SET aria_registrar_id = create_uid WHERE aria_registrar_id IS NULL"
    )


def uninstall_hook(env):
    """Take the referrals of leads along: without the addon nobody could act on them."""
    env["aria.workflow"]._aria_forget_model("crm.lead")
