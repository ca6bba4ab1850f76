-- a copy of the database sends nothing
UPDATE res_company
   SET aria_sms_provider = NULL, aria_sms_key = NULL, aria_sms_username = NULL, aria_sms_password = NULL;
UPDATE sms_sms SET state = 'canceled' WHERE state IN ('outgoing', 'process');
