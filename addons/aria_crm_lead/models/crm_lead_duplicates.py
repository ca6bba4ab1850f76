from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.aria_persian.search import ensure_index, phone_key, search_key

from .lead_compared import KEY_LENGTH, Compared

LIMIT = 50
"""leads that one criterion finds at most; a number that more leads share is nobody's own"""


def cut(key):
    """Return the SQL of the beginning of ``key``: an index takes no value of any length."""
    return SQL("left(%s, %s)", key, SQL(str(KEY_LENGTH)))


class CrmLead(models.Model):
    """Duplicates of leads: by telephone in any notation, e-mail, national id and name in any spelling."""

    _inherit = "crm.lead"

    aria_duplicate_ids = fields.Many2many(
        "crm.lead",
        string="Duplicates",
        compute="_compute_aria_duplicates",
        context={"active_test": False},
        help="Leads of the same person that you may see, lost ones too.",
    )
    aria_duplicate_count = fields.Integer(
        "Number of Duplicates",
        compute="_compute_aria_duplicates",
        help="All of them, also those of other salespersons.",
    )

    @api.private
    def init(self):
        # EXTENDS 'aria_persian'
        result = super().init()
        for label, key in self._aria_duplicate_keys("").items():
            definition = SQL("btree (%s) WHERE %s IS NOT NULL", key, key)
            ensure_index(self.env.cr, self._table, f"{label}_key", definition)
        return result

    @api.model
    def _aria_duplicate_keys(self, alias):
        """Return the SQL of what equals in duplicates, by criterion; ``alias`` is that of the table, or empty.

        The national id has the index of ``aria.identity.mixin``.
        """

        def column(name):
            return SQL.identifier(alias, name) if alias else SQL.identifier(name)

        who = [SQL("NULLIF(%s, '')", column(name)) for name in ("contact_name", "partner_name")]
        # the subject names a person only where nothing else says who it is
        nameless = SQL(
            "COALESCE(%s, '') = '' AND %s IS NULL", column("phone"), column("email_normalized")
        )
        who.append(SQL("CASE WHEN %s THEN %s END", nameless, column("name")))
        return {
            "phone": cut(phone_key(column("phone"))),
            "email": cut(SQL("lower(%s)", column("email_normalized"))),
            "name": cut(search_key(SQL("COALESCE(%s)", SQL(", ").join(who)))),
        }

    @api.depends_context("uid")
    @api.depends(
        "phone",
        "email_normalized",
        "aria_national_id",
        "name",
        "contact_name",
        "partner_name",
        "company_id",
    )
    def _compute_aria_duplicates(self):
        found = self._aria_find_duplicates()
        ids = {id_ for others in found.values() for id_ in others}
        readable = set(self.with_context(active_test=False).search([("id", "in", list(ids))]).ids)
        for lead in self:
            others = found.get(lead, ())
            lead.aria_duplicate_ids = self.browse(id_ for id_ in others if id_ in readable)
            lead.aria_duplicate_count = len(others)

    def _aria_find_duplicates(self):
        """Return {lead: ids of its duplicates, of the same company, newest first}; in one statement.

        New leads that are not saved yet are compared too.
        """
        if not self:
            return {}
        self.env["crm.lead"].flush_model()
        rows = SQL(", ").join(
            SQL("(%s, %s)", place, lead._aria_get_compared()) for place, lead in enumerate(self)
        )
        found = {}
        for place, other in self.env.execute_query(
            self._aria_duplicates_sql(SQL("VALUES %s", rows))
        ):
            found.setdefault(self[place], []).append(other)
        return found

    def _aria_get_compared(self):
        """Return the SQL of the values of this lead that are compared, in the order of the statement below."""
        self.ensure_one()
        return Compared.of(
            phone=self.phone,
            email=self.email_normalized,
            national_id=self.aria_national_id,
            contact_name=self.contact_name,
            partner_name=self.partner_name,
            name=self.name,
        ).as_sql(self._origin.id, self.company_id.id)

    @api.model
    def _aria_find_known(self, compared, company):
        """Return {place in ``compared``: ids of leads of the same person, newest first}; in one statement.

        :param list compared: :class:`~.lead_compared.Compared`, of leads that are not recorded yet
        :param company: ``res.company`` that they will belong to
        """
        if not compared:
            return {}
        self.env["crm.lead"].flush_model()
        rows = SQL(", ").join(
            SQL("(%s, %s)", place, lead.as_sql(None, company.id))
            for place, lead in enumerate(compared)
        )
        found = {}
        for place, other in self.env.execute_query(
            self._aria_duplicates_sql(SQL("VALUES %s", rows))
        ):
            found.setdefault(place, []).append(other)
        return found

    @api.model
    def _aria_count_seen_before(self, campaign_ids):
        """Return {campaign id: number of its leads of persons that had been recorded before}."""
        if not campaign_ids:
            return {}
        self.env["crm.lead"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT c.id, (%s) FROM utm_campaign AS c WHERE c.id IN %s",
                self._aria_seen_before_sql(SQL("own.campaign_id = c.id")),
                tuple(campaign_ids),
            )
        )
        return dict(rows)

    @api.model
    def _aria_seen_before_sql(self, condition):
        """Return the SQL of the number of leads of persons that had been recorded before.

        :param SQL condition: which leads, by the alias ``own``
        """
        keys = self._aria_duplicate_keys("own")
        leads = SQL(
            "SELECT own.id AS place, own.id, own.company_id, %s AS phone, %s AS email,"
            " own.aria_national_id AS national_id, %s AS who, %s AS firm"
            " FROM crm_lead AS own WHERE %s",
            keys["phone"],
            keys["email"],
            keys["name"],
            search_key(
                SQL(
                    "CASE WHEN own.contact_name <> '' THEN COALESCE(own.partner_name, '') ELSE '' END"
                )
            ),
            condition,
        )
        return SQL(
            "SELECT COUNT(DISTINCT pair.place) FROM (%s) AS pair WHERE pair.id < pair.place",
            self._aria_duplicates_sql(leads),
        )

    @api.model
    def _aria_duplicates_sql(self, rows):
        """Return the statement; each criterion is one walk of its index, at most :data:`LIMIT` rows far.

        :param SQL rows: query of what is compared, with the columns named below
        """
        keys = self._aria_duplicate_keys("other")
        same_firm = SQL(
            "(mine.firm = '' OR COALESCE(other.partner_name, '') = '' OR %s = mine.firm)",
            search_key(SQL.identifier("other", "partner_name")),
        )
        criteria = [
            SQL("%s = mine.phone", keys["phone"]),
            SQL("%s = mine.email", keys["email"]),
            SQL("other.aria_national_id = mine.national_id"),
            SQL("%s = mine.who AND mine.who <> '' AND %s", keys["name"], same_firm),
        ]
        walks = SQL(" UNION ").join(
            SQL(
                "(SELECT other.id, other.company_id FROM crm_lead AS other WHERE %s LIMIT %s)",
                c,
                LIMIT,
            )
            for c in criteria
        )
        return SQL(
            """
            SELECT DISTINCT mine.place, found.id
              FROM (%s) AS mine (place, id, company_id, phone, email, national_id, who, firm),
                   LATERAL (%s) AS found
             WHERE found.id IS DISTINCT FROM mine.id
               AND (found.company_id IS NULL OR mine.company_id IS NULL OR found.company_id = mine.company_id)
             ORDER BY mine.place, found.id DESC
            """,
            rows,
            walks,
        )

    @api.depends("aria_national_id", "name", "contact_name", "partner_name", "phone")
    def _compute_potential_lead_duplicates(self):
        # EXTENDS 'crm': its button and its dialog of merging show these too
        result = super()._compute_potential_lead_duplicates()
        found = self._aria_find_duplicates()
        for lead in self:
            lead.duplicate_lead_ids |= self.browse(found.get(lead, ()))
            lead.duplicate_lead_count = len(lead.duplicate_lead_ids - lead)
        return result
