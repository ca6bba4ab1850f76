from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, html2plaintext

PAGE, LONGEST_PAGE = 30, 100
MAX_TEXT = 2000
"""characters of a text that the timeline shows; the whole stands in the record"""


@dataclass(frozen=True)
class Source:
    """Where entries of a timeline come from: the records of a domain, with the rights of their environment."""

    kind: str
    group: str
    records: Any
    domain: Any
    moment: str
    """stored field that says when it happened"""
    tell: Any
    """function of the records that returns {id: dict}, see ``aria_get_history``"""


class Key(NamedTuple):
    """Place of an entry in the timeline, in which the last one stands first."""

    moment: datetime
    kind: str
    id: int

    def as_text(self):
        return [self.moment.isoformat(), self.kind, self.id]


class CrmLead(models.Model):
    """One timeline of all that happened around a lead, a page at a time, however much there is."""

    _name = "crm.lead"
    _inherit = ["crm.lead"]

    def aria_get_history(self, groups=None, before=None, limit=PAGE):
        """Return one page of what happened around this lead, the last first.

        What the user may not read is left out. The number of queries does not depend on how much there is.

        :param list groups: codes of the groups that are wanted; default: all
        :param list before: ``key`` of the last entry of the page before
        :param int limit: entries of a page, 100 at most
        :return: dict with ``entries``, ``next`` (key for the next page, or False) and ``groups`` (list of code and
            label). An entry has ``key``, ``kind``, ``group``, ``date`` (UTC text), ``title``, ``text`` (plain),
            ``user``, ``facts`` (dicts ``label``, ``value``, ``type``), ``changes`` (dicts ``label``, ``old``, ``new``,
            ``type``), ``res_model`` and ``res_id`` (False: nothing to open)
        :raise UserError: an argument is malformed
        """
        self.ensure_one()
        self.check_access("read")
        sources = self._aria_get_history_sources()
        before, limit = self._aria_check_page(sources, groups, before, limit)
        wanted = [source for source in sources if not groups or source.group in groups]
        keys = [key for source in wanted for key in self._aria_find_keys(source, before, limit + 1)]
        keys.sort(key=lambda key: (key.kind, -key.id))
        keys.sort(key=lambda key: key.moment, reverse=True)
        page = keys[:limit]
        labels = self._aria_get_history_groups()
        shown = {source.group for source in sources}
        return {
            "entries": self._aria_tell_keys(wanted, page),
            "next": page[-1].as_text() if len(keys) > limit else False,
            "groups": [[code, label] for code, label in labels.items() if code in shown],
        }

    def _aria_check_page(self, sources, groups, before, limit):
        """Return the :class:`Key` and the number that a page of the timeline is asked for with."""
        try:
            known = {source.group for source in sources}
            if not set(groups or ()) <= known or isinstance(groups, str):
                raise ValueError
            limit = max(1, min(int(limit), LONGEST_PAGE))
            if before:
                moment, kind, id_ = before
                before = Key(datetime.fromisoformat(moment), str(kind), int(id_))
                if before.moment.tzinfo:
                    raise ValueError
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._("This page of the timeline does not exist; open the lead again.")
            ) from error
        return before or None, limit

    # ------------------------------------------------------------------ sources
    def _aria_get_history_groups(self):
        """Return {code: label} of the groups that the timeline can be narrowed to."""
        return {
            "action": self.env._("Actions"),
            "referral": self.env._("Referrals"),
            "activity": self.env._("Activities"),
            "message": self.env._("Messages"),
            "order": self.env._("Orders"),
        }

    def _aria_get_history_sources(self):
        """Return the :class:`Source` of each kind of entry of this readable lead; addons add theirs."""
        # sudo: whoever reads a document reads its messages, activities and referrals
        env = self.sudo().env
        messages, activities = env["mail.message"], env["mail.activity"]
        of_lead = Domain("res_id", "=", self.id)
        posted = (
            of_lead
            & Domain("model", "=", self._name)
            & Domain("message_type", "!=", "user_notification")
        )
        done = Domain("mail_activity_type_id", "!=", False)
        return [
            *self._aria_get_work_sources(env["aria.referral"]),
            Source(
                "activity", "activity", activities, of_lead & Domain("res_model", "=", self._name),
                "create_date", self._aria_tell_activities,
            ),
            Source("done", "activity", messages, posted & done, "date", self._aria_tell_messages),
            Source("message", "message", messages, posted & ~done, "date", self._aria_tell_messages),
        ]  # fmt: skip

    def _aria_get_work_sources(self, referrals):
        """Return the sources of actions and (superuser) referrals: those of the lead and of readable follow-ups."""
        followups = self.env["aria.followup"]
        held = Domain("res_model", "=", self._name) & Domain("res_id", "=", self.id)
        sources = []
        if followups.has_access("read"):
            query = followups._search([("lead_id", "=", self.id)])
            held |= Domain("res_model", "=", followups._name) & Domain("res_id", "in", query)
            actions = self.env["aria.followup.action"]
            own = Domain("lead_id", "=", self.id)
            sources.append(
                Source("action", "action", actions, own, "date", self._aria_tell_actions)
            )
        ended = held & Domain("state", "in", ("answered", "returned"))
        return [
            *sources,
            Source("referral", "referral", referrals, held, "opened_at", self._aria_tell_opened),
            Source("answer", "referral", referrals, ended, "closed_at", self._aria_tell_closed),
        ]

    def _aria_find_keys(self, source, before, limit):
        """Return the :class:`Key` of the first entries of ``source`` after the key ``before``; one statement."""
        query = source.records._search(source.domain)
        moment = source.records._field_to_sql(query.table, source.moment, query)
        id_ = SQL.identifier(query.table, "id")
        if before and source.kind == before.kind:
            query.add_where(SQL("(%s, %s) < (%s, %s)", moment, id_, before.moment, before.id))
        elif before:
            operator = SQL("<=") if source.kind > before.kind else SQL("<")
            query.add_where(SQL("%s %s %s", moment, operator, before.moment))
        query.add_where(SQL("%s IS NOT NULL", moment))
        query.order = SQL("%s DESC, %s DESC", moment, id_)
        query.limit = limit
        rows = self.env.execute_query(query.select(moment, id_))
        return [Key(at, source.kind, number) for at, number in rows]

    def _aria_tell_keys(self, sources, page):
        """Return the entries of the keys of ``page``, in order."""
        told = {}
        for source in sources:
            ids = [key.id for key in page if key.kind == source.kind]
            for id_, entry in source.tell(source.records.browse(ids)).items() if ids else ():
                told[source.kind, id_] = {"group": source.group, **entry}
        blank = {"title": "", "text": "", "user": "", "facts": [], "changes": []}
        blank |= {"res_model": False, "res_id": False}
        return [
            {
                **blank,
                **told[key.kind, key.id],
                "key": key.as_text(),
                "kind": key.kind,
                "date": fields.Datetime.to_string(key.moment),
            }
            for key in page
        ]

    # ------------------------------------------------------------------ what is told
    def _aria_tell_actions(self, actions):
        kinds = dict(actions._fields["kind"]._description_selection(self.env))
        return {
            action.id: {
                "title": kinds[action.kind],
                "text": _join_texts(action.outcome, _plain(action.note)),
                "user": action.user_id.name,
                "facts": make_facts(
                    (self.env._("Follow-up"), action.followup_id.display_name, "text"),
                    (self.env._("Duration"), action.duration, "hours"),
                    (self.env._("Next Step"), action.next_date, "datetime"),
                ),
                "res_model": "aria.followup",
                "res_id": action.followup_id.id,
            }
            for action in actions
        }

    def _aria_tell_opened(self, referrals):
        return {
            referral.id: {
                **self._aria_tell_referral(referral),
                "title": self.env._("Referred to %(holder)s", holder=_holder(referral)),
                "text": referral.note or "",
                "user": (referral.from_user_id or referral.from_unit_id).display_name or "",
            }
            for referral in referrals
        }

    def _aria_tell_closed(self, referrals):
        labels = dict(referrals._fields["state"]._description_selection(self.env))
        return {
            referral.id: {
                **self._aria_tell_referral(referral),
                "title": labels[referral.state],
                "text": referral.answer or "",
                "user": referral.closed_by_id.name or _holder(referral),
            }
            for referral in referrals
        }

    def _aria_tell_referral(self, referral):
        """Return what an opened and a closed (superuser) referral have in common."""
        is_followup = referral.res_model == "aria.followup"
        return {
            "facts": make_facts(
                (self.env._("Follow-up"), is_followup and referral.res_name, "text"),
                (self.env._("Deadline"), referral.deadline, "datetime"),
            ),
            **({"res_model": "aria.followup", "res_id": referral.res_id} if is_followup else {}),
        }

    def _aria_tell_activities(self, activities):
        return {
            activity.id: {
                "title": activity.summary or activity.activity_type_id.name or "",
                "text": _plain(activity.note),
                "user": activity.user_id.name or "",
                "facts": make_facts((self.env._("Due Date"), activity.date_deadline, "date")),
            }
            for activity in activities
        }

    def _aria_tell_messages(self, messages):
        # sudo: the values of tracked fields; those of fields that the user may not read are left out
        values = messages.tracking_value_ids.sudo()._filter_has_field_access(self.env)
        changes = {
            message: [_change(row) for row in own._tracking_value_format()]
            for message, own in values.grouped("mail_message_id").items()
        }
        return {
            message.id: {
                "title": message.mail_activity_type_id.name
                or message.subject
                or message.subtype_id.name
                or "",
                "text": _join_texts(message.subtype_id.description, _plain(message.body)),
                "user": message.author_id.name or message.email_from or "",
                "changes": changes.get(message, []),
            }
            for message in messages
        }


def _plain(html):
    return html2plaintext(html or "", include_references=False).strip()


def _join_texts(*texts):
    return "\n".join(filter(None, texts))[:MAX_TEXT]


def _holder(referral):
    return (referral.to_user_id or referral.to_unit_id).display_name or ""


def make_facts(*rows):
    """Return those of the rows (label, value, type) that hold a value."""
    facts = []
    for label, value, kind in rows:
        if value:
            convert = {"date": fields.Date.to_string, "datetime": fields.Datetime.to_string}.get(
                kind
            )
            facts.append(
                {"label": label, "value": convert(value) if convert else value, "type": kind}
            )
    return facts


def _change(row):
    """Return a tracked value as the timeline shows it; ``row`` is that of the chatter."""
    info = row["fieldInfo"]
    return {
        "label": info["changedField"],
        "old": row["oldValue"],
        "new": row["newValue"],
        "type": info["fieldType"],
    }
