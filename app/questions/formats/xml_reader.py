"""XML from strangers: no DTD, no entities, no network, bounded depth and size."""

from xml.parsers.expat import ExpatError, ParserCreate

from lxml import etree

from app.errors import BadInput

WITH_DOCTYPE = "Tệp XML có phần DOCTYPE (khai báo thực thể): không nhận tệp này vì lý do an toàn."


class _Stop(Exception):
    """Enough has been seen."""


def parse(content: bytes) -> etree._Element:
    """The root element. Raises BadInput: a DOCTYPE, broken XML with its line, too deep."""
    refuse_doctype(content)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BadInput(f"Tệp XML bị lỗi ở dòng {error.lineno or 1}: hãy xuất lại từ phần mềm gốc.") from error
    except ValueError as error:
        raise BadInput("Tệp XML có ký tự không hợp lệ.") from error


def refuse_doctype(content: bytes) -> None:
    """Look at what stands before the root element, without acting on it. Raises BadInput."""
    parser = ParserCreate()
    found = []

    def stop(*_arguments: object) -> None:
        raise _Stop

    def note(*_arguments: object) -> None:
        found.append(True)
        raise _Stop

    parser.StartDoctypeDeclHandler = note
    parser.StartElementHandler = stop
    try:
        parser.Parse(content, True)
    except _Stop:
        pass
    except (ExpatError, ValueError, LookupError) as error:
        raise BadInput(
            f"Tệp XML bị lỗi ở dòng {parser.CurrentLineNumber}: hãy xuất lại từ phần mềm gốc."
        ) from error
    if found:
        raise BadInput(WITH_DOCTYPE)


def name_of(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(etree.QName(element).localname)


def named(element: etree._Element, *names: str) -> list[etree._Element]:
    """The elements of these names inside, in their order, whatever their namespace."""
    return list(element.iterdescendants(*(f"{{*}}{name}" for name in names)))


def first_named(element: etree._Element, name: str) -> etree._Element | None:
    return next(element.iterdescendants(f"{{*}}{name}"), None)


def where_is(element: etree._Element, file: str = "") -> str:
    """ "dòng 12", or with the file of a package "cau-1.xml, dòng 12"."""
    line = f"dòng {element.sourceline or 1}"
    return f"{file}, {line}" if file else line


def all_text(element: etree._Element | None) -> str:
    """The text of an element and of everything in it."""
    return "" if element is None else "".join(element.itertext())


class Unsupported(ValueError):
    """An item that a bank of multiple-choice questions cannot hold; the message is its kind."""
