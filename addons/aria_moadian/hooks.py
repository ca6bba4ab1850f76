def pre_init_hook(env):
    """Make the column of states with a default of the database: a table of a million invoices is not rewritten."""
    env.cr.execute(
        "ALTER TABLE account_move ADD COLUMN IF NOT EXISTS aria_moadian_state varchar DEFAULT 'none'"
    )
