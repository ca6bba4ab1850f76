from odoo.exceptions import UserError

from odoo.addons.aria_persian.tools.identifiers import parse_phone
from odoo.addons.aria_persian.tools.letters import to_latin_digits
from odoo.addons.sms.tools.sms_api import SmsApiBase

from .tools import gateways
from .tools.gateways import Result


class SmsApiAria(SmsApiBase):
    """Odoo's interface of SMS over the gateway of a company.

    The queue prepares it, commits, lets it talk to the gateway (:meth:`deliver`, no database), and only then gives it
    to Odoo, which asks it for the results.
    """

    PROVIDER_TO_SMS_FAILURE_TYPE = SmsApiBase.PROVIDER_TO_SMS_FAILURE_TYPE | {
        gateways.CREDIT: "sms_credit",
        gateways.BLOCKED: "sms_rejected",
    }

    results = problem = None

    def prepare(self, messages):
        """Read all that is needed to send.

        :param list messages: as Odoo gives them: dicts with ``content`` and ``numbers`` (dicts of uuid and number)
        """
        self.jobs = [
            (
                message["content"],
                {row["uuid"]: to_dialled(row["number"]) for row in message["numbers"]},
            )
            for message in messages
        ]
        try:
            self.gateway = self.company._aria_get_gateway()
        except UserError as error:
            self.gateway, self.problem = None, str(error)

    def deliver(self):
        """Hand the messages to the gateway; wrong numbers are left out, and nothing of the database is used."""
        self.results = {}
        for text, dialled in self.jobs:
            self.results |= dict.fromkeys(dialled, Result(gateways.NUMBER))
            good = [uuid for uuid, number in dialled.items() if number]
            if self.gateway:
                found = self.gateway.send(text or "", [dialled[uuid] for uuid in good])
            else:
                found = [Result(gateways.ACCOUNT)] * len(good)
            self.results |= zip(good, found, strict=True)

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        # EXTENDS 'sms'
        if self.results is None:
            self.prepare(messages)
            self.deliver()
        return [
            {
                "uuid": uuid,
                "state": result.state,
                "failure_reason": self.get_sentence(result),
                "aria_message_id": result.message_id,
            }
            for uuid, result in self.results.items()
        ]

    def _get_sms_api_error_messages(self):
        # EXTENDS 'sms'
        return super()._get_sms_api_error_messages() | self._get_sentences()

    def get_sentence(self, result):
        """Return one sentence that says what is wrong and what to do; False when nothing is."""
        if result.state == gateways.SENT:
            return False
        if result.state == gateways.ACCOUNT and self.problem:
            return self.problem
        sentence = self._get_sentences().get(result.state)
        return sentence or self.env._(
            "The SMS gateway refused the message (%(reason)s); ask its support.",
            reason=result.reason or result.state,
        )

    def _get_sentences(self):
        env = self.env
        return {
            gateways.NUMBER: env._(
                "The number cannot be dialled; correct it, for example to 0912 345 6789."
            ),
            gateways.CREDIT: env._(
                "The account of the SMS gateway is empty; charge it, then send the message again."
            ),
            gateways.BLOCKED: env._(
                "The receiver has blocked messages of companies; call, or write another way."
            ),
            gateways.UNDELIVERED: env._("The message did not reach the telephone; call instead."),
            gateways.ACCOUNT: env._(
                "The SMS gateway refuses the account; an administrator checks key, user and password in the settings."
            ),
            gateways.SENDER: env._(
                "The SMS gateway does not accept the sender line; an administrator corrects it in the settings."
            ),
            gateways.TEXT: env._(
                "The SMS gateway does not accept the text; leave out links and forbidden words, and end a message"
                " to many with “لغو۱۱”."
            ),
            gateways.LIMIT: env._(
                "The daily limit of the SMS gateway is reached; send the message again tomorrow."
            ),
            gateways.BUSY: env._(
                "The SMS gateway is busy; send the message again in some minutes."
            ),
            gateways.UNREACHED: env._(
                "The SMS gateway could not be reached and nothing was sent; send the message again later."
            ),
            gateways.UNKNOWN: env._(
                "The SMS gateway did not say what became of the message, which may have been sent; look into its"
                " panel before you send it again."
            ),
        }


def to_dialled(number):
    """Return ``number`` as it is dialled in Iran, or "" when it is none."""
    phone = parse_phone(number or "")
    if phone:
        return phone.local
    number = to_latin_digits(number or "").strip()
    digits = "".join(char for char in number if char.isdigit())
    is_foreign = number.startswith(("+", "00")) and 8 <= len(digits) <= 17
    is_iranian = digits.removeprefix("00").startswith(
        "98"
    )  # a number of Iran that parse_phone refuses
    return ("00" + digits.removeprefix("00")) if is_foreign and not is_iranian else ""
