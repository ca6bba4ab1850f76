"""The SOAP side of the fake gateway: the part of ``Send.asmx`` that is used, as its description has it."""

from xml.etree import ElementTree
from xml.sax.saxutils import escape

NS = "http://tempuri.org/"
METHODS = {
    "GetCredit": (
        ["username:s:string", "password:s:string"],
        "s:double",
    ),
    "SendSimpleSMS": (
        [
            "username:s:string",
            "password:s:string",
            "to:tns:ArrayOfString",
            "from:s:string",
            "text:s:string",
            "isflash:s:boolean",
        ],
        "tns:ArrayOfString",
    ),
    "GetDeliveries": (
        ["username:s:string", "password:s:string", "recIds:tns:ArrayOfLong"],
        "tns:ArrayOfInt",
    ),
}


def wsdl(url):
    """Return the description of the service at ``url``."""
    elements, messages, operations, bindings = [], [], [], []
    for name, (arguments, result) in METHODS.items():
        rows = "".join(
            '<s:element minOccurs="0" maxOccurs="1" name="{}" type="{}"/>'.format(
                *row.split(":", 1)
            )
            for row in arguments
        )
        elements.append(_element(name, rows))
        elements.append(
            _element(
                f"{name}Response", f'<s:element minOccurs="0" name="{name}Result" type="{result}"/>'
            )
        )
        for suffix, element in (("SoapIn", name), ("SoapOut", f"{name}Response")):
            messages.append(
                f'<message name="{name}{suffix}"><part name="parameters" element="tns:{element}"/></message>'
            )
        operations.append(
            f'<operation name="{name}"><input message="tns:{name}SoapIn"/>'
            f'<output message="tns:{name}SoapOut"/></operation>'
        )
        bindings.append(
            f'<operation name="{name}"><soap:operation soapAction="{NS}{name}" style="document"/>'
            '<input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>'
        )
    arrays = "".join(
        f'<s:complexType name="ArrayOf{name}"><s:sequence>'
        f'<s:element minOccurs="0" maxOccurs="unbounded" name="{item}" type="s:{item}"/>'
        "</s:sequence></s:complexType>"
        for name, item in (("String", "string"), ("Long", "long"), ("Int", "int"))
    )
    return (
        '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
        f' xmlns:tns="{NS}" targetNamespace="{NS}"><types>'
        f'<s:schema elementFormDefault="qualified" targetNamespace="{NS}">{"".join(elements)}{arrays}'
        f'</s:schema></types>{"".join(messages)}<portType name="SendSoap">{"".join(operations)}</portType>'
        '<binding name="SendSoap" type="tns:SendSoap">'
        '<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>'
        f'{"".join(bindings)}</binding><service name="Send"><port name="SendSoap" binding="tns:SendSoap">'
        f'<soap:address location="{url}/post/Send.asmx"/></port></service></definitions>'
    ).encode()


def _element(name, rows):
    return f'<s:element name="{name}"><s:complexType><s:sequence>{rows}</s:sequence></s:complexType></s:element>'


def read(body):
    """Return (method, {argument: text or list}) of an envelope."""
    [request] = ElementTree.fromstring(body).find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
    arguments = {
        _local(child): [item.text for item in child] if len(child) else child.text or ""
        for child in request
    }
    return _local(request), arguments


def _local(node):
    return node.tag.rpartition("}")[2]


def answer(method, result):
    """Return the envelope with ``result``: a text, or (name of the items, list)."""
    if isinstance(result, tuple):
        item, rows = result
        result = "".join(f"<{item}>{escape(str(row))}</{item}>" for row in rows)
    else:
        result = escape(str(result))
    return (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<{method}Response xmlns="{NS}"><{method}Result>{result}</{method}Result></{method}Response>'
        "</soap:Body></soap:Envelope>"
    ).encode()
