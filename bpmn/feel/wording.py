"""The parser's messages in Chinese."""

from __future__ import annotations

import re

_TEMPLATES = [
    (r"expected an expression(.*)", "此处缺少表达式{0}"),
    (r"expected an operator or the end(.*)", "此处应为运算符或表达式结尾{0}"),
    (r"expected `,` or the end of the cell(.*)", "此处应为“,”或单元格结尾{0}"),
    (r"expected a name and `in`(.*)", "此处应为名称和“in”{0}"),
    (r"expected a name between backticks(.*)", "反引号之间应为名称{0}"),
    (r"expected a name(.*)", "此处应为名称{0}"),
    (r"expected the name of a property after `\.`(.*)", "“.”之后应为属性名{0}"),
    (r"expected the name of a type(.*)", "此处应为类型名{0}"),
    (
        r"expected a date, time or duration in quotes after `@`, such as (@\S+?)(,.*)",
        "“@”之后应为带引号的日期、时间或时长，例如 {0}{1}",
    ),
    (r"expected `(.+?)` or `(.+?)`[^,]*(.*)", "此处应为“{0}”或“{1}”{2}"),
    (r"expected `(.+?)`[^,]*?(, found .*|, but .*)", "此处应为“{0}”{1}"),
    (r"the text that starts here has no closing `\"`", "从这里开始的文本缺少结尾的引号"),
    (r"the expression has (\d+) characters, the limit is (\d+)", "表达式有 {0} 个字符，上限为 {1}"),
    (r"the expression or its data is nested too deeply; make it flatter", "表达式嵌套过深，请简化"),
    (r"brackets, loops and choices are nested more than (\d+) deep", "括号、循环和条件嵌套超过 {0} 层"),
    (r"types are nested more than (\d+) deep", "类型嵌套超过 {0} 层"),
    (r"a loop over more than (\d+) lists", "循环遍历超过 {0} 个列表"),
    (r"more than (\d+) comparisons in a row", "连续比较超过 {0} 个"),
    (r"more than (\d+) properties, filters or calls in a row", "连续的属性、过滤或调用超过 {0} 个"),
    (r"the argument `(.+)` is given twice", "参数“{0}”给出了两次"),
    (r"the parameter `(.+)` is declared twice", "参数“{0}”声明了两次"),
    (r"the number (.+) is too large", "数字 {0} 过大"),
    (r"there is no type `(.+)`", "没有名为“{0}”的类型"),
]
_PATTERNS = [(re.compile(pattern, re.DOTALL), template) for pattern, template in _TEMPLATES]
_FOUND = re.compile(r", found `(.+)`", re.DOTALL)


def chinese(message: str) -> str:
    """The message in Chinese; the message itself where no translation is known."""
    for pattern, template in _PATTERNS:
        match = pattern.fullmatch(message)
        if match:
            return template.format(*map(_found, match.groups()))
    return message


def _found(part: str) -> str:
    if part == ", but the text ends here":
        return "，但文本到此结束"
    return _FOUND.sub(r"，实际是“\1”", part)
