from datetime import datetime, time, timedelta

import pytz

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.tools import format_datetime


class Snooze(http.Controller):
    """The page behind "Snooze" in a message: one choice, one tap; asks to log in where nobody is."""

    @http.route("/aria/snooze/<int:referral_id>", type="http", auth="user", methods=["GET", "POST"])
    def snooze(self, referral_id, until=None, **_kwargs):
        env = request.env
        referral = env["aria.referral"].browse(referral_id)
        values = {"choices": self._get_choices(), "heading": "", "done": False, "error": False}
        try:
            referral.check_access("read")
            if request.httprequest.method == "POST":
                values["done"] = self._snooze(referral, until)
            else:
                name = referral.res_name
                values["heading"] = env._("When to show %(document)s again?", document=name)
        except (AccessError, UserError) as error:
            values["error"] = str(error)
        return request.render("aria_workflow.snooze_page", values)

    def _snooze(self, referral, until):
        """Snooze until the choice ``until``; return what to say then."""
        env = request.env
        moments = {key: moment for key, _label, moment in self._get_choices()}
        referral.action_snooze(moments.get(until))
        zone = env.user.tz or "UTC"
        return env._(
            "%(document)s is out of sight until %(time)s.",
            document=referral.res_name,
            time=format_datetime(env, moments[until], tz=zone, dt_format="short"),
        )

    def _get_choices(self):
        """Return [(key, label, moment in UTC)] by the user's clock."""
        env = request.env
        now = fields.Datetime.now()
        zone = pytz.timezone(env.user.tz or "UTC")
        today = datetime.now(zone).date()

        def morning(days):
            local = zone.localize(datetime.combine(today + timedelta(days=days), time(8)))
            return local.astimezone(pytz.utc).replace(tzinfo=None)

        return [
            ("hour", env._("One hour"), now + timedelta(hours=1)),
            ("hours", env._("Three hours"), now + timedelta(hours=3)),
            ("tomorrow", env._("Tomorrow morning"), morning(1)),
            ("week", env._("In a week"), morning(7)),
        ]
