"""The one place where bytes from outside become an XML tree."""

from __future__ import annotations

from lxml import etree

from bpmn.errors import MalformedXml, UnsafeXml, XmlTooLarge

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
LARGEST_BYTES = 5 * 1024 * 1024
DEEPEST = 200


def parse_xml(data: bytes, *, source: str) -> etree._Element:
    """Return the root element of `data`; nothing is fetched, no entity is ever expanded.

    `source` names the file in messages. Raises XmlTooLarge (over 5 MB or nested over 200 deep), UnsafeXml (a DOCTYPE)
    or MalformedXml (not well-formed, with the line).
    """
    if len(data) > LARGEST_BYTES:
        raise _too_large(data, source)
    try:
        etree.fromstring(data, etree.XMLParser(target=_Guard(source), **_SAFELY))
        return etree.fromstring(data, etree.XMLParser(remove_pis=True, **_SAFELY))
    except etree.XMLSyntaxError as error:
        if "Excessive depth" in str(error.msg):
            raise _too_deep(source) from error
        raise _malformed(error, source) from error


def local_name(element: etree._Element) -> str:
    """Return the tag without its namespace; "" for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def namespace(element: etree._Element) -> str:
    """Return the namespace of the tag; "" where there is none."""
    return (etree.QName(element).namespace or "") if isinstance(element.tag, str) else ""


def reference(text: str | None) -> str | None:
    """Return the id that a QName such as `tns:order` points to; ids themselves never hold a colon."""
    return (text or "").strip().rpartition(":")[2] or None


_SAFELY = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
}


class _Guard:
    """A parser target that keeps nothing and stops before a DOCTYPE takes effect or nesting gets out of hand."""

    def __init__(self, source: str) -> None:
        self._source, self._depth = source, 0

    def doctype(self, name: str, public_id: str | None, system_url: str | None) -> None:
        raise UnsafeXml(
            "the file has a DOCTYPE, which could pull in other files or entities",
            source=self._source,
            way_out="Remove the <!DOCTYPE …> part and write the text that its entities stand for",
            fact_zh="文件含有 DOCTYPE 声明，可能引入其他文件或实体",
            way_out_zh="请删除 <!DOCTYPE …> 部分，并直接写出实体所代表的文字",
        )

    def start(self, tag: str, attributes: object) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _too_deep(self._source)

    def end(self, tag: str) -> None:
        self._depth -= 1

    def close(self) -> None:
        return None


def _too_large(data: bytes, source: str) -> XmlTooLarge:
    megabytes = len(data) / 1024 / 1024
    return XmlTooLarge(
        f"the file has {megabytes:.1f} MB, the limit is {LARGEST_BYTES // 1024 // 1024} MB",
        source=source,
        way_out="Split the diagram, or remove embedded pictures and data",
        fact_zh=f"文件大小为 {megabytes:.1f} MB，上限为 {LARGEST_BYTES // 1024 // 1024} MB",
        way_out_zh="请拆分流程图，或删除其中嵌入的图片与数据",
    )


def _too_deep(source: str) -> XmlTooLarge:
    return XmlTooLarge(
        f"elements are nested more than {DEEPEST} deep",
        source=source,
        way_out="Move inner sub-processes into processes of their own",
        fact_zh=f"元素嵌套超过 {DEEPEST} 层",
        way_out_zh="请将内层子流程移到独立的流程中",
    )


def _malformed(error: etree.XMLSyntaxError, source: str) -> MalformedXml:
    reason = str(error.msg or "no reason given").split(", line")[0].strip()
    return MalformedXml(
        f"not well-formed XML: {reason}",
        source=source,
        line=error.lineno or None,
        way_out="The file may have been cut short; export it again from the modeler",
        fact_zh=f"不是格式正确的 XML：{reason}",
        way_out_zh="文件可能不完整，请从建模工具中重新导出",
    )
