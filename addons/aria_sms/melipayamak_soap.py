"""The SOAP service of Melipayamak, over the client that Odoo brings: up to 100 numbers a call."""

import requests
import zeep.exceptions
from lxml.etree import LxmlError

from odoo.tools.zeep import Client, Transport

from .tools import gateways
from .tools.gateways import Credit, GatewayError, MelipayamakBase, Result

# codes of refusals are small numbers; ids of messages are long ones
LARGEST_CODE = 1000


class QuietTransport(Transport):
    """Logs no envelope: password and text stand in it."""

    def post(self, address, message, headers):
        # EXTENDS 'zeep'
        return self.session.post(
            address, data=message, headers=headers, timeout=self.operation_timeout
        )


class MelipayamakSoap(MelipayamakBase):
    """https://www.melipayamak.com/api: ``Send.asmx`` answers for each number."""

    url = "https://api.payamak-panel.com"
    batch = 100
    asked = 100

    def credit(self):
        amount = self._call("GetCredit")
        if not amount:
            raise GatewayError(gateways.ACCOUNT)  # so it says that user or password are wrong
        return Credit(float(amount), gateways.MESSAGES)

    def _send(self, text, numbers):
        array = {"string": numbers}
        answer = self._call(
            "SendSimpleSMS", to=array, **{"from": self._sender}, text=text, isflash=False
        )
        values = list(answer or [])
        if len(values) == 1 and len(numbers) > 1 and self._is_code(values[0]):
            values *= len(numbers)  # one refusal stands for all
        if len(values) != len(numbers):
            raise GatewayError(gateways.UNKNOWN)
        return [self._read(value) for value in values]

    def _read(self, value):
        if not self._is_code(value):
            return Result(gateways.SENT, str(value))
        code = int(value)
        return Result(gateways.SENT) if code == 1 else self._refused(code)

    @staticmethod
    def _is_code(value):
        try:
            return int(value) <= LARGEST_CODE
        except (TypeError, ValueError):
            raise GatewayError(gateways.UNKNOWN) from None

    def _ask_deliveries(self, message_ids):
        answer = self._call("GetDeliveries", recIds={"long": [int(id_) for id_ in message_ids]})
        codes = list(answer or [])
        if len(codes) != len(message_ids):
            raise GatewayError(gateways.UNKNOWN)
        return {
            id_: self.REPORTS.get(code, gateways.PENDING)
            for id_, code in zip(message_ids, codes, strict=True)
        }

    def _call(self, method, **arguments):
        """Return what ``method`` answers.

        :raise GatewayError: it does not, or nothing that can be read
        """
        try:
            return getattr(self._get_service(), method)(**self._account, **arguments)
        except requests.exceptions.RequestException as error:
            raise gateways._note(error) from None
        except (zeep.exceptions.Error, LxmlError, ValueError, TypeError, AttributeError) as error:
            # a fault may hold what was sent
            gateways._logger.warning("Melipayamak's SOAP answer is none: %s", type(error).__name__)
            raise GatewayError(gateways.UNKNOWN) from None

    def _get_service(self):
        """Return the methods of the service, after its description was read once."""
        if not hasattr(self, "_service"):
            try:
                client = Client(
                    f"{self._url}/post/Send.asmx?wsdl",
                    transport=QuietTransport(),
                    session=self._session,
                    timeout=gateways.TIMEOUT,
                    operation_timeout=gateways.TIMEOUT,
                )
            except (
                requests.exceptions.RequestException,
                zeep.exceptions.Error,
                LxmlError,
            ) as error:
                gateways._logger.warning("Melipayamak's WSDL: %s", type(error).__name__)
                raise GatewayError(gateways.UNREACHED) from None  # nothing was sent yet
            self._service = client.service
        return self._service
