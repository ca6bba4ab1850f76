{
    "name": "Aria Workflow",
    "summary": "Units, referrals with accountability, one cartable, and workflows as data",
    "version": "19.0.1.0.0",
    "category": "Productivity",
    "author": "Aria",
    "license": "LGPL-3",
    "depends": ["mail", "resource"],
    "data": [
        "security/aria_workflow_groups.xml",
        "security/ir.model.access.csv",
        "security/aria_workflow_security.xml",
        "data/aria_unit_data.xml",
    ],
    "application": True,
}
