"""A session for Odoo's web push whose messages wait for a device that is switched off."""

from requests import Session

DAY = 24 * 60 * 60
RETRIED = {408, 425, 429, 500, 502, 503, 504}


class LastingSession(Session):
    """Sends push messages that the push service keeps for a day, and tells how the last one fared.

    Odoo sends them with a lifetime of one minute: a phone without network in that minute never gets them.
    A message with the same topic replaces one that still waits, so a repeated sending shows once.
    """

    def __init__(self):
        # EXTENDS 'requests'
        super().__init__()
        self.topic = None
        self.status = None

    def post(self, url, data=None, json=None, **kwargs):
        # EXTENDS 'requests'
        headers = {**kwargs.pop("headers", {}), "TTL": str(DAY), "Urgency": "high"}
        if self.topic:
            headers["Topic"] = self.topic
        response = super().post(url, data=data, json=json, headers=headers, **kwargs)
        self.status = response.status_code
        return response

    @property
    def should_retry(self):
        """Whether the push service asks to try the last message again later."""
        return self.status in RETRIED
