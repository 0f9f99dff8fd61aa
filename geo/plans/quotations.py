"""Compare every verbatim passage of the plan files with the plan documents."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from geo.errors import DataFileError, Issue
from geo.io.read import read_text
from geo.plans.documents import passages
from geo.plans.model import Document
from geo.texts import Text

SHOWN = 16
"""Characters shown on each side of the place where a quotation breaks off."""

_HALF_WIDTH = {0xFF61: "。", 0xFF62: "「", 0xFF63: "」", 0xFF64: "、", 0xFF65: "・"}
_WIDTHS = _HALF_WIDTH | {
    code: chr(code - 0xFEE0)
    for code in range(0xFF01, 0xFF5F)
    if not unicodedata.category(chr(code)).startswith(("L", "N"))
}


def normalised(text: str) -> str:
    """Return `text` without white space and with one width of punctuation.

    Nothing else is changed: letters, figures, quotation marks and dashes
    stay as they are.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        For comparison only, never for display.

    Examples
    --------
    >>> normalised("面积 1.49平方公里，（约）")
    '面积1.49平方公里,(约)'
    """
    return "".join(text.split()).replace("\ufeff", "").translate(_WIDTHS)


def compare_quotations(documents: Sequence[Document], folder: Path | str) -> list[Issue]:
    """Compare each verbatim passage with the plan documents in a folder.

    Passages are `limits_text`, `positioning`, `strategy` and `quote` of items
    and `quote` of groups; the sections and titles that citations give are
    compared too. White space and full- or half-width punctuation do not
    count, everything else does.

    Parameters
    ----------
    documents : sequence of Document
        From `geo.plans.documents.read_documents`.
    folder : Path or str
        Folder with the plan documents as ``*.txt``, UTF-8.

    Returns
    -------
    list of Issue
        ``"quotation-not-found"`` (error) with the place where the longest
        match breaks off; ``"quotation-elsewhere"`` (error) for a passage that
        stands only in another document than the rest of its plan file;
        ``"section-not-found"`` (error). Empty when all are verbatim.

    Raises
    ------
    DataFileError
        If the folder is missing, holds no ``*.txt`` file, or one of them is
        empty or not UTF-8.
    InputTooLargeError
        If one of them passes the limit of `geo.io.limits`.
    """
    texts = _read_texts(Path(folder))
    issues: list[Issue] = []
    for document in documents:
        document_text = _own_text(document, texts)
        for owner, key, passage in _quotations(document):
            place = f"{document.id}.toml {owner} {key}"
            passage_words = normalised(passage)
            holders = [name for name, text in texts.items() if passage_words in text]
            if document_text in holders:
                continue
            if holders:
                issues.append(
                    Issue(
                        "quotation-elsewhere",
                        "error",
                        place,
                        Text(
                            "quotation.elsewhere",
                            begin=_begin(passage),
                            holders=holders,
                            document=document.id,
                            own=document_text,
                        ),
                        Text("quotation.elsewhere.remedy"),
                    )
                )
            else:
                issues.append(_broken(place, key, passage, texts))
    return issues


def _read_texts(folder: Path) -> dict[str, str]:
    """Return the normalised text of each document by name of the file."""
    if not folder.is_dir():
        raise DataFileError(Text("quotation.no-folder", folder=str(folder)))
    paths = sorted(path for path in folder.glob("*.txt") if path.is_file())
    if not paths:
        raise DataFileError(Text("quotation.no-texts", folder=str(folder)))
    texts = {}
    for path in paths:
        text = normalised(read_text(path))
        if not text:
            raise DataFileError(Text("quotation.empty", file=path.name))
        texts[path.name] = text
    return texts


def _quotations(document: Document) -> Iterator[tuple[str, str, str]]:
    """Yield (owner, key, text) for all that must stand in the document."""
    about = document.about
    yield "document", "title", about.title
    for group in document.groups:
        for text in group.quote:
            yield f"group {group.id}", "quote", text
        yield from _sections(f"group {group.id}", (group.section,))
    yield from passages(document)
    for item in document.items:
        yield from _sections(item.id, (item.section, item.strategy_section, *item.also_in))


def _sections(owner: str, sections: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each heading of the sections, which are printed as chapter/section/part."""
    for heading in dict.fromkeys(part for section in sections for part in section.split("/")):
        if heading:
            yield owner, "section", heading


def _own_text(document: Document, texts: dict[str, str]) -> str:
    """Return the name of the text that holds most of a document's passages."""
    counts = Counter(dict.fromkeys(texts, 0))
    for _, _, passage in passages(document):
        passage_words = normalised(passage)
        counts.update(name for name, text in texts.items() if passage_words in text)
    return counts.most_common(1)[0][0]


def _broken(place: str, key: str, passage: str, texts: dict[str, str]) -> Issue:
    """Return the issue that says where the longest match breaks off."""
    passage_words = normalised(passage)
    name, length = max(
        ((name, _matched(passage_words, text)) for name, text in texts.items()),
        key=lambda pair: pair[1],
    )
    if length:
        at = texts[name].find(passage_words[:length]) + length
        fault = Text(
            "quotation.breaks-off",
            begin=_begin(passage),
            file=name,
            agreeing=length,
            count=len(passage_words),
            last=passage_words[max(0, length - SHOWN) : length],
            quoted=passage_words[length : length + SHOWN],
            printed=texts[name][at : at + SHOWN],
        )
    else:
        fault = Text("quotation.nowhere", begin=_begin(passage), count=len(texts))
    return Issue(
        "section-not-found" if key == "section" else "quotation-not-found",
        "error",
        place,
        fault,
        Text("quotation.remedy"),
    )


def _matched(passage: str, text: str) -> int:
    """Return the length of the longest beginning of `passage` that stands in `text`."""
    low, high = 0, len(passage)
    while low < high:
        middle = (low + high + 1) // 2
        if passage[:middle] in text:
            low = middle
        else:
            high = middle - 1
    return low


def _begin(passage: str) -> str:
    """Return the beginning of a passage, to name it in a message."""
    return passage if len(passage) <= SHOWN else passage[:SHOWN] + "…"
