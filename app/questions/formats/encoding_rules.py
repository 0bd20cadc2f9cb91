"""Bytes of a question file to Unicode text; text in the encodings from before Unicode is told by name."""

import re
import unicodedata

from app.errors import BadInput
from app.text import clean, collapse

TCVN3 = "TCVN3 (ABC)"
VNI = "VNI"
WINDOWS_1258 = "windows-1258"
WINDOWS_1252 = "windows-1252 (ANSI)"
MISREAD_UTF8 = "UTF-8 bị đọc nhầm thành windows-1252"
ADVICE = {
    TCVN3: "Hãy chuyển sang Unicode (phông Times New Roman) bằng bộ gõ tiếng Việt rồi lưu lại.",
    VNI: "Hãy chuyển sang Unicode (phông Times New Roman) bằng bộ gõ tiếng Việt rồi lưu lại.",
    WINDOWS_1258: "Hãy mở tệp, chọn Lưu thành (Save As), mã hóa UTF-8 rồi lưu lại.",
    WINDOWS_1252: "Hãy mở bản gốc, chọn Lưu thành (Save As), mã hóa UTF-8 rồi lưu lại.",
    MISREAD_UTF8: "Hãy mở bản gốc, chọn Lưu thành (Save As), mã hóa UTF-8 rồi lưu lại.",
}
# A text is foreign from so many words on, and when they are this share of all; in real ones it is near half.
MIN_FOREIGN_WORDS = 3
MIN_FOREIGN_SHARE = 0.15

# What only one encoding makes of Vietnamese when read as windows-1252: TCVN3 puts signs inside words
# ("c«ng t¸c d©n vËn"), VNI a mark letter after the vowel ("coâng taùc daân vaän").
_TCVN3_SIGNS = "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾"
_TCVN3_WORD = re.compile(rf"[A-Za-zÀ-ÿ{_TCVN3_SIGNS}]*[{_TCVN3_SIGNS}][A-Za-zÀ-ÿ{_TCVN3_SIGNS}]*")
_VNI_WORD = re.compile(r"[A-Za-z]*(?:[aeo][âùøûõïäå]|[uöô][ùøûõï]|[AEO][ÂÙØÛÕÏÄÅ]|[UÖÔ][ÙØÛÕÏ])\w*")
_MISREAD_WORD = re.compile(r"\w*(?:á[º»]|Ã[\u00a0-\u00bf]|Ä[‘\u0090-\u0091]|Æ[°¡])\w*")
_VIETNAMESE = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
_LETTER = re.compile("[A-Za-zÀ-ÿ]")
# Characters that show nothing and come along when text is copied from a page or a message.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16, with \\n line ends. Raises BadInput saying what else it is."""
    text = _as_unicode(content)
    if text is None:
        raise BadInput(refusal(_encoding_of(content)))
    check_unicode(text)
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def check_unicode(text: str) -> None:
    """Raise BadInput when the text, read as Unicode, was written for fonts from before Unicode."""
    found = find_legacy(text)
    if found:
        raise BadInput(refusal(found))


def find_legacy(text: str) -> str:
    """The encoding that a text was really written in, "" when it is Unicode as it should be."""
    vietnamese = len(_VIETNAMESE.findall(text))
    counts = {
        MISREAD_UTF8: len(_MISREAD_WORD.findall(text)),
        TCVN3: sum(map(_is_mixed, _TCVN3_WORD.findall(text))),
        VNI: len(_VNI_WORD.findall(text)),
    }
    found = max(counts, key=lambda name: counts[name])
    least = max(MIN_FOREIGN_WORDS, MIN_FOREIGN_SHARE * len(text.split()))
    return found if counts[found] >= least and counts[found] > vietnamese else ""


def tidy(text: str) -> str:
    """NFC, one space between words, without invisible characters. Raises BadInput on control characters."""
    return collapse(clean(_INVISIBLE.sub("", text)))


def _as_unicode(content: bytes) -> str | None:
    """None when the bytes are neither UTF-8 nor UTF-16."""
    for name in _unicode_names(content):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    return None


def _unicode_names(content: bytes) -> list[str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    head = content[:2000]
    if head.count(0) > len(head) // 4:  # every other byte of western letters in UTF-16
        return ["utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"]
    return ["utf-8-sig"]


def _encoding_of(content: bytes) -> str:
    """The most likely encoding of bytes that are not Unicode."""
    western = content.decode("windows-1252", errors="replace")
    found = find_legacy(western)
    if found:
        return found
    vietnamese = unicodedata.normalize("NFC", content.decode("windows-1258", errors="replace"))
    if len(_VIETNAMESE.findall(vietnamese)) >= MIN_FOREIGN_WORDS:
        return WINDOWS_1258
    return WINDOWS_1252


def _is_mixed(word: str) -> bool:
    """Signs among letters, not a lone sign or one that only opens or closes a word, as « » do."""
    inner = word.strip("«»·©®§")
    return any(sign in _TCVN3_SIGNS for sign in inner) and bool(_LETTER.search(inner))


def refusal(name: str) -> str:
    """What a person reads when a file is in the encoding of this name."""
    return f"Chữ không phải Unicode mà có vẻ là {name}. {ADVICE[name]}"
