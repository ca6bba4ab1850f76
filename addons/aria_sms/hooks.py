def post_init_hook(env):
    """Give the messages that wait the company whose gateway would send them: their record's, or the first one."""
    env.cr.execute(
        """
        UPDATE sms_sms AS sms
           SET aria_company_id = COALESCE(message.record_company_id, %s)
          FROM sms_sms AS same LEFT JOIN mail_message AS message ON message.id = same.mail_message_id
         WHERE same.id = sms.id AND sms.state = 'outgoing'
        """,
        [env.ref("base.main_company").id],
    )
