"""XML from outside: read safely, refused with the file, the fact and the way out."""

import pytest

from bpmn.errors import MalformedXml, UnsafeXml, XmlTooLarge
from bpmn.xml import parse_xml, reference

BOMB = b'<!DOCTYPE a [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><q z="&b;">&b;</q>'
FETCHING = b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd"><d/>'


@pytest.mark.parametrize("data", [BOMB, FETCHING, BOMB.decode().encode("utf-16")], ids=["bomb", "network", "utf-16"])
def test_a_doctype_is_refused_before_it_takes_effect(data: bytes) -> None:
    with pytest.raises(UnsafeXml, match=r"a\.bpmn: .*DOCTYPE.*Remove"):
        parse_xml(data, source="a.bpmn")


@pytest.mark.parametrize("data", [b"", b"<a><b></a>", b"<a>", b"\x00", b"<a>&foo;</a>", b"<x:a/>", b"\xff\xfe<"])
def test_malformed_xml_names_the_file_and_the_line(data: bytes) -> None:
    with pytest.raises(MalformedXml, match=r"cut\.bpmn, line 1: not well-formed XML"):
        parse_xml(data, source="cut.bpmn")


def test_a_truncated_file_says_on_which_line_it_broke_off() -> None:
    with pytest.raises(MalformedXml) as caught:
        parse_xml(b"<a>\n<b/>\n<c>", source="cut.bpmn")
    assert caught.value.line == 3
    assert caught.value.text("zh-CN").startswith("cut.bpmn，第 3 行：不是格式正确的 XML")


def test_fifty_megabytes_are_refused_without_parsing() -> None:
    with pytest.raises(XmlTooLarge, match=r"50\.0 MB, the limit is 5 MB"):
        parse_xml(b"<" * 50 * 1024 * 1024, source="big.bpmn")


@pytest.mark.parametrize("depth", [201, 255, 300, 100_000])
def test_nesting_has_a_limit(depth: int) -> None:
    with pytest.raises(XmlTooLarge, match="nested more than 200 deep"):
        parse_xml(b"<a>" * depth + b"</a>" * depth, source="deep.bpmn")


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse_xml(b"<a>" * 200 + b"</a>" * 200, source="deep.bpmn").tag == "a"


def test_chinese_encodings_are_read() -> None:
    data = '<?xml version="1.0" encoding="GBK"?><a name="客户"/>'.encode("gbk")
    assert parse_xml(data, source="gbk.bpmn").get("name") == "客户"


@pytest.mark.parametrize(("text", "ident"), [("tns:order", "order"), (" order ", "order"), ("", None), (None, None)])
def test_references_lose_their_prefix(text: str | None, ident: str | None) -> None:
    assert reference(text) == ident
