{
    "name": "Aria Sales Opportunity: Manufacturing",
    "summary": "Manufacturing users see confirmed orders only, and no prices",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Aria",
    "license": "LGPL-3",
    "depends": ["aria_sales_opportunity", "sale_mrp"],
    "auto_install": True,
    "data": ["security/aria_sales_opportunity_mrp_security.xml"],
}
