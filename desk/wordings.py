"""Sentences about answers, in both languages; each follows the name of its field."""

from __future__ import annotations

from bpmn.wording import Wording

REQUIRED = Wording("is required.", "此项必填。")
NO_AMOUNT = Wording("is no amount that can be.", "不是可用的金额。")
NO_CAPACITY = Wording("is a whole number from 0 to 9999.", "须为 0 到 9999 的整数。")
NO_LOGIN = Wording(
    "may hold letters, digits and . _ @ + -, begins with a letter or digit, and has at most 100.",
    "只能包含字母、数字和 . _ @ + -，以字母或数字开头，最多 100 个字符。",
)
NO_VARIABLE = Wording(
    "isn't a name: letters, digits and _, at most 100, not beginning with a digit.",
    "不是变量名：只能用字母、数字和 _，最多 100 个字符，不能以数字开头。",
)
NO_COLLEAGUE = Wording(
    "is the name or login of nobody here, or of several; write the login.", "不是本单位唯一的姓名或账号，请填写账号。"
)
NO_CHOICE = Wording("can't be chosen.", "不能选择。")
NO_TAG = Wording(
    "may hold letters, digits and _ - . only, at most 30 characters each, with commas between them.",
    "只能包含字母、汉字、数字和 _ - .，每个最多 30 个字符，多个之间用逗号分隔。",
)
TOO_MANY_TAGS = Wording("are more than 20.", "最多 20 个。")
NO_CHANNEL = Wording("isn't one of the chat channels.", "不是已配置的聊天渠道。")
TOO_LONG_ADDRESS = Wording(
    "has more than 100 characters, or ones that can't be printed.", "超过 100 个字符或含有不可打印的字符。"
)
TOO_LONG = Wording("is longer than 20,000 characters.", "超过 20,000 个字符。")
TOO_LONG_REASON = Wording("is longer than 500 characters.", "超过 500 个字符。")
NO_TIME = Wording("isn't a date and time; write for example 2023-10-01T09:30.", "不是日期与时间，例如 2023-10-01T09:30。")
RECEIVED_IN_FUTURE = Wording("lies in the future; write when the customer came to us.", "晚于现在，请填写客户提出需求的时间。")
RECEIVED_TOO_LONG_AGO = Wording("lies more than a year back; check the year.", "早于一年以前，请核对年份。")
BEFORE_RECEIPT = Wording("lies before the request was received.", "早于需求的接收时间。")
IN_FUTURE = Wording("lies in the future.", "不能晚于现在。")
NEXT_NEEDED = Wording("is required until the case is resolved.", "未解决前必须填写下一步动作。")
IN_THE_PAST = Wording("lies in the past.", "已是过去的时间。")
