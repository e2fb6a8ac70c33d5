"""Text messages by Alibaba Cloud 阿里云短信: SendSms of 2017-05-25, signed by version 3 (ACS3-HMAC-SHA256).

Formats: help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms and
help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature; codes: help.aliyun.com/zh/sms/developer-reference/
api-error-codes, api.aliyun.com/document/Dysmsapi/2017-05-25/errorCode. The gateway fills templates that it approved,
so the file of channels maps each of our templates to one of its codes and names the variables that go along.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote, urlencode

from desk.notification.ports import Message, Outcome, Refused, Sent, TryLater, Way
from engine.errors import SettingsInvalid
from engine.ports import Chance, Clock
from handlers.channels.http import Http, Unanswered, host_of, refusal
from handlers.channels.robots import Busy
from handlers.channels.settings import ChannelSettings

API = "https://dysmsapi.aliyuncs.com/"
ACTION, VERSION, ALGORITHM = "SendSms", "2017-05-25", "ACS3-HMAC-SHA256"
LONGEST_VALUE = 35
BUSY = MappingProxyType(
    {
        "isv.BUSINESS_LIMIT_CONTROL": Busy("too many messages to this number; 1 a minute and 5 an hour are usual", 60),
        "isv.DAY_LIMIT_CONTROL": Busy("the day's limit that was set in the console is reached", 3600),
        "isp.SYSTEM_ERROR": Busy("it is busy"),
        "isp.GATEWAY_ERROR": Busy("it is busy"),
        "isp.UNKNOWN": Busy("it is busy"),
        "InternalError": Busy("it is busy"),
        "ServiceUnavailable": Busy("it is busy"),
        "SignatureNonceUsed": Busy("it has seen this request before"),
    }
)
MENDED = MappingProxyType(
    {
        "isv.AMOUNT_NOT_ENOUGH": "the account's balance is used up",
        "isv.OUT_OF_SERVICE": "the account's balance is used up",
        "isv.MONTH_LIMIT_CONTROL": "the month's limit that was set in the console is reached; raise it",
        "isv.PRODUCT_UN_SUBSCRIPT": "the account doesn't have this service; subscribe to it",
        "isv.ACCOUNT_ABNORMAL": "the account is held; ask the service",
        "isv.ACCOUNT_NOT_EXISTS": "there is no such account; check access_key_id",
        "isv.DENY_IP_RANGE": "it takes no request from our address",
        "isp.RAM_PERMISSION_DENY": "the key may not send; grant it AliyunDysmsFullAccess",
        "InvalidAccessKeyId.NotFound": "there is no such key; check access_key_id",
        "InvalidAccessKeyId.Inactive": "the key was switched off; check access_key_id",
        "SignatureDoesNotMatch": "the secret doesn't fit; check it",
        "InvalidTimeStamp.Expired": "our clock is off; set it",
    }
)
_PHONE = re.compile(r"\+?\d{5,15}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A template of the gateway, and the variables that it takes."""

    code: str
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AliyunSms:
    """Sends to one phone. `codes` maps our templates to the gateway's."""

    url: str
    access_key_id: str
    secret: str = field(repr=False)
    sign_name: str
    codes: Mapping[str, Code]
    http: Http
    clock: Clock
    chance: Chance
    way: Way = Way.SMS

    def send(self, message: Message, key: str) -> Outcome:
        """Refused for a template without a code, and for what is no phone number. `OutId` is a hash of the key."""
        code = self.codes.get(message.template)
        if code is None:
            return Refused(reason=f"The text messages have no code for {message.template}. Add it to the file of channels.")
        if not _PHONE.match(message.to):
            return Refused(reason="The contact isn't a phone number. Correct it.")
        query = {
            "PhoneNumbers": message.to,
            "SignName": self.sign_name,
            "TemplateCode": code.code,
            "TemplateParam": json.dumps(_given(code, message), ensure_ascii=False),
            "OutId": hashlib.sha256(key.encode()).hexdigest()[:32],
        }
        host = host_of(self.url)
        try:
            answer = self.http.ask("POST", f"{self.url}?{_canonical(query)}", b"", self._headers(host, query))
        except Unanswered as error:
            return TryLater(reason=error.message)
        said = answer.data().get("Code")
        if said == "OK":
            return Sent(said=f"{host} took it")
        if isinstance(said, str):
            return _outcome(host, said[:100])
        return refusal(host, answer) or TryLater(
            reason=f"{host} answered with something that isn't its format. It is tried again."
        )

    def _headers(self, host: str, query: Mapping[str, str]) -> dict[str, str]:
        signed = {
            "host": host,
            "x-acs-action": ACTION,
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-acs-date": self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self.chance.token(),
            "x-acs-version": VERSION,
        }
        return {**signed, "Authorization": authorization(self.access_key_id, self.secret, signed, query)}


def _outcome(host: str, said: str) -> Outcome:
    """What a code means: busy passes by itself, an account or a key can be mended, the rest is refused."""
    busy = BUSY.get(said) or (Busy("too many requests for now", 60) if said.startswith("Throttling") else None)
    if busy is not None:
        return TryLater(reason=f"{host} answered {said}: {busy.means}. It is tried again.", seconds=busy.seconds)
    if said in MENDED:
        return TryLater(reason=f"{host} answered {said}: {MENDED[said]}. It is tried again.")
    return Refused(reason=f"{host} answered {said}. Look it up in its documentation.")


def authorization(access_key_id: str, secret: str, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """The header Authorization of a POST without a body to "/"; `headers` are all those that are signed, in small letters."""
    names = ";".join(sorted(headers))
    canonical = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join(("POST", "/", _canonical(query), canonical, names, headers["x-acs-content-sha256"]))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    made = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={access_key_id},SignedHeaders={names},Signature={made}"


def _canonical(query: Mapping[str, str]) -> str:
    return urlencode(sorted(query.items()), safe="-_.~", quote_via=quote)


def _given(code: Code, message: Message) -> dict[str, str]:
    """The template's variables, each as long as the gateway takes."""
    return {name: message.variables.get(name, "")[:LONGEST_VALUE] for name in code.variables}


def make(given: ChannelSettings) -> AliyunSms:
    """From access_key_id, secret, sign_name and the table templates: our name = {code = "SMS_…", variables = […]}."""
    given.only("url", "access_key_id", "secret", "sign_name", "templates")
    return AliyunSms(
        url=given.url(API),
        access_key_id=given.text("access_key_id"),
        secret=given.text("secret"),
        sign_name=given.text("sign_name"),
        codes={name: _code(given.name, name, value) for name, value in given.texts("templates").items()},
        http=given.http,
        clock=given.clock,
        chance=given.chance,
    )


def _code(channel: str, template: str, value: object) -> Code:
    if isinstance(value, Mapping) and isinstance(value.get("code"), str) and isinstance(value.get("variables", []), list):
        return Code(code=value["code"], variables=tuple(map(str, value.get("variables", []))))
    raise SettingsInvalid(f"Channel {channel}: templates.{template} isn't {{code, variables}}. Correct the file of channels.")
