-- a copy of a database sends nothing, and holds no key
UPDATE aria_moadian_memory
   SET active = false, auto_send = false, secret = NULL, key_path = NULL,
       base_url = 'https://sandboxrc.tax.gov.ir/requestsmanager'
 WHERE NOT EXISTS (
       SELECT 1 FROM aria_moadian_memory other
        WHERE other.name = aria_moadian_memory.name AND other.id != aria_moadian_memory.id);
UPDATE aria_moadian_memory SET active = false, auto_send = false, secret = NULL, key_path = NULL;
UPDATE ir_cron
   SET active = false
 WHERE id IN (SELECT res_id FROM ir_model_data WHERE module = 'aria_moadian' AND model = 'ir.cron');
