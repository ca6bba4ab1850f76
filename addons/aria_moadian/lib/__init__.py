"""The Moadian protocol (API v2) in plain Python: nothing here imports Odoo."""
