"""Each channel adapter against a server on the loopback that checks signature and shape as the service's documents say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from desk.notification.ports import Channel, Message, Refused, Sent, TryLater
from engine.errors import SettingsInvalid
from engine.testing import FakeChance, FakeClock
from handlers.channels.http import Http, Unanswered
from handlers.channels.making import make_channels, make_entries
from tests.support.channels import SECRET, Service, serving
from tests.support.product import MORNING

MESSAGE = Message(
    to="",
    subject="新案件 NR20260105001：投诉 · 紧急",
    text="案件 NR20260105001 已分派给您。",
    template="assigned",
    at=MORNING,
    case_number="NR20260105001",
    variables={"number": "NR20260105001", "priority": "紧急"},
)
CONFIGURED: dict[str, dict[str, Any]] = {
    "webhook": {"url": "/hook", "secret": SECRET},
    "wecom-robot": {"url": f"/cgi-bin/webhook/send?key={SECRET}"},
    "wecom-app": {"url": "", "corp_id": "ww1", "secret": SECRET, "agent_id": "7"},
    "dingtalk-robot": {"url": "/robot/send", "access_token": "t1", "secret": SECRET},
    "feishu-robot": {"url": "/open-apis/bot/v2/hook/abc", "secret": SECRET},
    "aliyun-sms": {
        "url": "/",
        "access_key_id": "id1",
        "secret": SECRET,
        "sign_name": "示例客服",
        "templates": {"assigned": {"code": "SMS_1", "variables": ["number", "priority"]}},
    },
}
ADDRESSES = {
    "wecom-app": "zhang",
    "wecom-robot": "zhang",
    "dingtalk-robot": "13812345678",
    "feishu-robot": "ou_1",
    "aliyun-sms": "13812345678",
}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MORNING)


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(MORNING.timestamp()) as running:
        yield running


def channel(adapter: str, service: Service, clock: FakeClock, **changes: Any) -> Channel:
    values = {"adapter": adapter, **CONFIGURED[adapter]}
    values["url"] = service.url + values["url"]
    settings = SimpleNamespace(smtp_url=None, channels={"inner_hosts": ["127.0.0.1"], "channel": {"it": {**values, **changes}}})
    return make_channels(settings, clock=clock, chance=FakeChance())["it"]


def addressed(adapter: str) -> Message:
    return replace(MESSAGE, to=ADDRESSES.get(adapter, ""))


@pytest.mark.parametrize("adapter", CONFIGURED)
def test_a_message_passes_the_services_check_of_signature_and_shape(adapter, service, clock):
    assert isinstance(channel(adapter, service, clock).send(addressed(adapter), "job-1"), Sent)
    assert len(service.taken) == 1
    assert "NR20260105001" in json.dumps(service.taken[0], ensure_ascii=False)


@pytest.mark.parametrize("adapter", CONFIGURED)
def test_a_wrong_secret_is_noticed_and_shown_to_nobody(adapter, service, clock):
    wrong = {"url": f"{service.url}/cgi-bin/webhook/send?key=wrong"} if adapter == "wecom-robot" else {"secret": "wrong"}
    ours = channel(adapter, service, clock, **wrong)
    outcome = ours.send(addressed(adapter), "job-1")
    assert isinstance(outcome, Refused | TryLater)
    assert "wrong" not in outcome.reason + repr(ours)
    assert service.taken == []


@pytest.mark.parametrize("adapter", CONFIGURED)
def test_a_service_that_answers_500_is_tried_later(adapter, service, clock):
    service.status = 500
    outcome = channel(adapter, service, clock).send(addressed(adapter), "job-1")
    assert isinstance(outcome, TryLater)
    assert "127.0.0.1 answered 500" in outcome.reason


@pytest.mark.parametrize("adapter", CONFIGURED)
def test_a_service_that_is_away_is_tried_later(adapter, clock):
    outcome = channel(adapter, Service(now=0, url="http://127.0.0.1:1"), clock).send(addressed(adapter), "job-1")
    assert isinstance(outcome, TryLater)


@pytest.mark.parametrize("adapter", [name for name in CONFIGURED if name != "webhook"])
def test_a_page_in_between_is_no_answer_of_the_service(adapter, service, clock):
    service.answer = {"title": "please log in to the network"}
    assert isinstance(channel(adapter, service, clock).send(addressed(adapter), "job-1"), TryLater)


@pytest.mark.parametrize(
    ("adapter", "answer", "seconds"),
    [
        ("wecom-robot", {"errcode": 45009, "errmsg": "api freq out of limit"}, 60),
        ("wecom-app", {"errcode": 45033, "errmsg": "api concurrent out of limit"}, 5),
        ("dingtalk-robot", {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}, 60),
        ("dingtalk-robot", {"errcode": 410100}, 60),
        ("feishu-robot", {"code": 11232, "msg": "frequency limited"}, 30),
        ("feishu-robot", {"code": 99991400, "msg": "request trigger frequency limit"}, 30),
        ("aliyun-sms", {"Code": "isv.BUSINESS_LIMIT_CONTROL"}, 60),
        ("aliyun-sms", {"Code": "isv.DAY_LIMIT_CONTROL"}, 3600),
        ("aliyun-sms", {"Code": "Throttling.User"}, 60),
    ],
)
def test_too_many_messages_are_a_matter_of_time(adapter, answer, seconds, service, clock):
    service.answer = answer
    outcome = channel(adapter, service, clock).send(addressed(adapter), "job-1")
    assert isinstance(outcome, TryLater)
    assert outcome.seconds == seconds


@pytest.mark.parametrize(
    ("adapter", "answer", "told"),
    [
        ("wecom-robot", {"errcode": 93000}, "copy it anew"),
        ("wecom-app", {"errcode": 60020}, "trusted"),
        ("dingtalk-robot", {"errcode": 310000, "errmsg": "sign not match"}, "check secret and clock"),
        ("dingtalk-robot", {"errcode": 300005, "errmsg": "token is not exist"}, "copy it anew"),
        ("feishu-robot", {"code": 19021}, "check secret and clock"),
        ("aliyun-sms", {"Code": "SignatureDoesNotMatch"}, "the secret doesn't fit"),
        ("aliyun-sms", {"Code": "isv.AMOUNT_NOT_ENOUGH"}, "balance"),
    ],
)
def test_what_an_operator_can_mend_waits_for_it_and_says_what(adapter, answer, told, service, clock):
    service.answer = answer
    outcome = channel(adapter, service, clock).send(addressed(adapter), "job-1")
    assert isinstance(outcome, TryLater)
    assert told in outcome.reason


@pytest.mark.parametrize(
    ("adapter", "answer"),
    [
        ("wecom-robot", {"errcode": 40058}),
        ("wecom-app", {"errcode": 81013}),
        ("wecom-app", {"errcode": 0, "errmsg": "ok", "invaliduser": "li", "msgid": "m1"}),
        ("dingtalk-robot", {"errcode": 430102}),
        ("dingtalk-robot", {"errcode": 123456}),
        ("feishu-robot", {"code": 9499, "msg": "Bad Request"}),
        ("aliyun-sms", {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}),
    ],
)
def test_what_lies_in_the_message_or_its_address_is_refused(adapter, answer, service, clock):
    service.answer = answer
    assert isinstance(channel(adapter, service, clock).send(addressed(adapter), "job-1"), Refused)


def test_a_limit_is_known_by_its_code_also_when_it_comes_with_a_status_of_refusal(service, clock):
    service.status, service.answer = 400, {"code": 9499, "msg": "too many request", "data": {}}
    outcome = channel("feishu-robot", service, clock).send(MESSAGE, "job-1")
    assert isinstance(outcome, TryLater)
    assert outcome.seconds == 30
    service.answer = {"code": 9499, "msg": "Bad Request", "data": {}}
    assert isinstance(channel("feishu-robot", service, clock).send(MESSAGE, "job-1"), Refused)


def test_a_server_says_when_to_come_back_and_is_believed_up_to_an_hour(service, clock):
    service.status = 429
    for said, taken in (("90", 90.0), ("999999", 3600.0), ("soon", None)):
        service.headers = {"Retry-After": said}
        assert channel("webhook", service, clock).send(MESSAGE, "job-1").seconds == taken


def test_a_redirect_is_not_followed(service, clock):
    service.status, service.headers = 302, {"Location": f"{service.url}/hook"}
    assert isinstance(channel("webhook", service, clock).send(MESSAGE, "job-1"), Refused)
    assert service.asked == 1


def test_a_hook_that_hangs_is_left(service, clock):
    service.hang_seconds = 1.5
    ours = channel("webhook", service, clock)
    impatient = replace(ours, http=replace(ours.http, read_seconds=0.1))
    outcome = impatient.send(MESSAGE, "job-1")
    assert isinstance(outcome, TryLater)
    assert "doesn't answer" in outcome.reason


def test_a_repeat_has_the_same_key_and_a_fresh_timestamp(service, clock):
    ours = channel("webhook", service, clock)
    ours.send(MESSAGE, "job-1")
    clock.set(MORNING + timedelta(hours=2))
    service.now += 7200
    assert isinstance(ours.send(MESSAGE, "job-1"), Sent)
    assert len(set(service.keys())) == 1
    assert "job-1" not in service.keys()[0]


def test_an_old_signature_is_outside_the_receivers_window(service, clock):
    service.now += 301
    assert isinstance(channel("webhook", service, clock).send(MESSAGE, "job-1"), TryLater)
    assert service.taken == []


def test_the_companys_application_keeps_its_token_and_gets_another_when_it_is_over(service, clock):
    ours = channel("wecom-app", service, clock)
    for _ in range(2):
        ours.send(addressed("wecom-app"), "job-1")
    assert service.tokens == 1
    clock.set(MORNING + timedelta(seconds=7000))
    ours.send(addressed("wecom-app"), "job-2")
    assert service.tokens == 2


def test_a_token_that_is_over_too_early_is_renewed_and_the_message_sent_at_once(service, clock):
    ours = channel("wecom-app", service, clock)
    ours.send(addressed("wecom-app"), "job-1")
    service.tokens += 1  # somebody else asked for one: ours is over
    assert isinstance(ours.send(addressed("wecom-app"), "job-2"), Sent)
    assert (len(service.taken), service.tokens) == (2, 3)


def test_an_address_that_nobody_has_is_refused(service, clock):
    assert isinstance(channel("wecom-app", service, clock).send(replace(MESSAGE, to="nobody"), "job-1"), Refused)
    assert isinstance(channel("wecom-app", service, clock).send(MESSAGE, "job-1"), Refused)
    assert isinstance(channel("aliyun-sms", service, clock).send(replace(MESSAGE, to="ana@example.org"), "job-1"), Refused)


def test_a_text_message_without_a_code_of_the_gateway_is_refused_before_it_leaves(service, clock):
    message = replace(addressed("aliyun-sms"), template="result")
    assert "no code for result" in channel("aliyun-sms", service, clock).send(message, "job-1").reason
    assert service.asked == 0


def test_a_long_text_is_cut_at_a_character(service, clock):
    channel("wecom-robot", service, clock).send(replace(MESSAGE, text="长" * 2000), "job-1")
    content = service.taken[0]["text"]["content"]
    assert content.endswith("长…")
    assert len(content.encode()) <= 2048


def test_what_people_wrote_cannot_mention_everybody(service, clock):
    channel("feishu-robot", service, clock).send(replace(MESSAGE, text='<at user_id="all"></at>'), "job-1")
    assert "<at" not in service.taken[0]["content"]["text"]


def test_a_host_with_a_private_address_is_spoken_to_only_when_that_was_set(service, clock):
    values = {"adapter": "webhook", "url": f"https://127.0.0.1:{service.url.rpartition(':')[2]}/hook", "secret": SECRET}
    settings = SimpleNamespace(smtp_url=None, channels={"channel": {"it": values}})
    outcome = make_channels(settings, clock=clock, chance=FakeChance())["it"].send(MESSAGE, "job-1")
    assert isinstance(outcome, TryLater)
    assert "private address" in outcome.reason
    assert service.asked == 0


def test_what_a_library_says_of_a_url_is_not_passed_on():
    with serving(MORNING.timestamp()) as service, pytest.raises(Unanswered) as unanswered:
        Http(inner_hosts=("127.0.0.1",)).post(f"{service.url}/hook?key=se cret", b"")
    assert unanswered.value.message == "127.0.0.1 doesn't answer (InvalidURL)."


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"adapter": "pigeon"}, "no adapter 'pigeon'"),
        ({"adapter": "webhook", "url": "https://h.example/x"}, "secret is missing"),
        ({"adapter": "webhook", "url": "http://h.example/x", "secret": "s"}, "isn't safe"),
        ({"adapter": "webhook", "url": "ftp://h.example/x", "secret": "s"}, "isn't https"),
        ({"adapter": "webhook", "url": "https://h.example/x?key=a b", "secret": "s"}, "isn't https"),
        ({"adapter": "webhook", "url": "https://h.example/x?key=钥", "secret": "s"}, "isn't https"),
        ({"adapter": "webhook", "url": "https://h.example/x", "secret": "s", "sekret": "s"}, "sekret means nothing"),
        ({"adapter": "wecom-app", "corp_id": "c", "secret": "s", "agent_id": "seven"}, "agent_id isn't a whole number"),
        ({"adapter": "aliyun-sms", "access_key_id": "i", "secret": "s", "sign_name": "n", "templates": {"x": 1}}, "templates.x"),
    ],
)
def test_a_channel_that_cannot_be_made_names_what_is_wrong(values, told, clock):
    settings = SimpleNamespace(smtp_url=None, channels={"channel": {"it": values}})
    with pytest.raises(SettingsInvalid, match=told):
        make_channels(settings, clock=clock, chance=FakeChance())


def test_a_kind_that_no_message_has_is_named_with_the_one_that_was_meant(clock):
    values = {"adapter": "webhook", "url": "https://example.com/in", "subscribes": ["assigned", "custmer_message"]}
    settings = SimpleNamespace(smtp_url=None, channels={"channel": {"it": {**values, "secret": "s"}}})
    with pytest.raises(
        SettingsInvalid, match=r"Channel it: subscribes can't have custmer_message\. Did you mean customer_message\?"
    ):
        make_entries(settings, clock=clock, chance=FakeChance())
