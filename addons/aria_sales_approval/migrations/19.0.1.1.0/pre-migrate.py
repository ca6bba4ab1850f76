def migrate(cr, version):
    """Fill the last round of each quotation in one statement."""
    cr.execute("ALTER TABLE sale_order ADD COLUMN IF NOT EXISTS aria_approval_request_id int4")
    cr.execute(
        """
        UPDATE sale_order o SET aria_approval_request_id = last.id
          FROM (SELECT DISTINCT ON (order_id) order_id, id FROM aria_approval_request
                 ORDER BY order_id, round DESC) last
         WHERE last.order_id = o.id
        """
    )
