"""Pictures that stand in a Word document; those it only links to are never fetched."""

import posixpath
import zipfile

from lxml import etree

from app.questions.formats import package_rules, xml_reader

RELATIONS = "word/_rels/document.xml.rels"
IMAGE = "/image"

Picture = tuple[str, bytes]  # what it shows in words, or its file's name; its content


def read_pictures(package: zipfile.ZipFile) -> dict[str, Picture]:
    """Relation id to (file name, content). Raises BadInput."""
    if RELATIONS not in package.namelist():
        return {}
    pictures = {}
    root = xml_reader.parse(package_rules.read_part(package, RELATIONS))
    for relation in xml_reader.named(root, "Relationship"):
        part = posixpath.normpath(posixpath.join("word", str(relation.get("Target", ""))))
        is_image = str(relation.get("Type", "")).endswith(IMAGE) and relation.get("TargetMode") != "External"
        if is_image and part.lstrip("/") in package.namelist():
            content = package_rules.read_part(package, part.lstrip("/"))
            pictures[str(relation.get("Id", ""))] = (posixpath.basename(part), content)
    return pictures


def pictures_in(element: etree._Element, pictures: dict[str, Picture]) -> list[Picture]:
    """The pictures of a drawing, with the words that stand for them where the author wrote some."""
    words = next((str(each.get("descr", "")) for each in xml_reader.named(element, "docPr")), "").strip()
    found = []
    for each in (*xml_reader.named(element, "blip"), *xml_reader.named(element, "imagedata")):
        ids = [str(value) for name, value in each.items() if name.endswith(("}embed", "}id"))]
        found += [(words or pictures[name][0], pictures[name][1]) for name in ids if name in pictures]
    return list(dict.fromkeys(found))
