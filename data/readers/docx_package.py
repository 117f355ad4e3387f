"""The parts of a Word file: XML trees found by their relationships."""

import posixpath
from collections.abc import Iterator
from typing import Any

from docx.oxml import parse_xml

from ..errors import ReadError
from .archive import Archive
from .detection import OLE


class Package:
    """A Word file: its main part, and the parts that belong to it."""

    def __init__(self, data: bytes) -> None:
        """Open a file. Raises `ReadError` (codes `old_word`, `encrypted`, `damaged`, `too_large`, `zip_bomb`)."""
        if data.startswith(OLE):
            raise _ole_error(data)
        self._archive = Archive(data)
        found = dict(self._relations(""))
        self._name = found.get("officeDocument", "word/document.xml")
        main = self._parse(self._name)
        if main is None or local_name(main) != "document":
            raise ReadError("the archive holds no Word document; a .docx file is wanted", code="damaged")
        self.main = main
        self._parts = dict(self._relations(self._name))

    def part(self, kind: str) -> Any | None:
        """Return the tree of a part by the last word of its relationship (`styles`, `numbering`), None if there is none."""
        return self._parse(self._parts[kind]) if kind in self._parts else None

    def _relations(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the kind and the place of what a part refers to."""
        folder, base = posixpath.split(name)
        tree = self._parse(posixpath.join(folder, "_rels", f"{base}.rels"))
        for relation in tree if tree is not None else ():
            target, kind = relation.get("Target"), relation.get("Type")
            if target and kind and relation.get("TargetMode") != "External":
                yield kind.rpartition("/")[2], posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")

    def _parse(self, name: str) -> Any | None:
        if name not in self._archive:
            return None
        try:
            tree = parse_xml(self._archive.read(name))
        except (SyntaxError, ValueError) as error:  # the parser's errors are of both kinds
            raise ReadError(f"{name} in the file is no valid XML; save it again", code="damaged") from error
        if tree.getroottree().docinfo.internalDTD is not None:
            raise ReadError(f"{name} in the file defines entities, which no Word file does; save it again", code="damaged")
        return tree


def local_name(element: Any) -> str:
    """Return an element's name without its namespace, of which Word writes two; "" for comments and entities."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: Any | None, *path: str) -> Any | None:
    """Return the first child of that name, and its child of the next name, and so on; None where there is none."""
    for name in path:
        element = next((e for e in element if local_name(e) == name), None) if element is not None else None
    return element


def children(element: Any | None, name: str) -> Iterator[Any]:
    """Yield the children of that name."""
    return (e for e in element if local_name(e) == name) if element is not None else iter(())


def attribute(element: Any | None, name: str = "val") -> str | None:
    """Return an attribute's value, whatever its namespace; None if there is none."""
    if element is None:
        return None
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def number(element: Any | None, default: int = 0, *, name: str = "val", most: int = 10_000) -> int:
    """Return the number in an attribute, between 0 and `most`; the default where there is none."""
    try:
        return min(max(int(attribute(element, name) or ""), 0), most)
    except ValueError:
        return default


def is_on(element: Any | None) -> bool:
    """Say whether a switch is there and not turned off."""
    return element is not None and attribute(element) not in ("0", "false", "off")


def _ole_error(data: bytes) -> ReadError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return ReadError("the Word file opens with a password only; save it without one", code="encrypted")
    return ReadError("the file is in the old Word format (.doc); save it as .docx", code="old_word")
