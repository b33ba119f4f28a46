"""What may stand in a cell of a file that a person opens in a spreadsheet and a learning management system reads."""

import re
import unicodedata

# What a spreadsheet takes for the beginning of a formula (CWE-1236), in the widths that one can type.
_FORMULA = tuple("=+-@＝＋－＠")

# They turn the direction of everything after them, other columns included. Marks that only shape a word stay.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def name(text: str | None) -> str:
    """A person's name on one line, as text that no spreadsheet runs and no import misreads; "" for none.

    A backslash becomes a slash: behind one, PHP's fgetcsv (Moodle's reader) takes no quotation mark for the end.
    """
    plain = _one_line(text).replace("\\", "/")
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def identifies(text: str | None) -> bool:
    """Whether a text can be written just as it is. One that identifies a person must not be changed."""
    harmless = bool(text) and text == _one_line(text) and not text.startswith(_FORMULA)
    return harmless and ("\\" not in text or not {",", '"'} & set(text))


def number(value: float) -> str:
    """A score without the noise of floating point, and never in scientific notation."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _one_line(text: str | None) -> str:
    """A text without line breaks, other control characters and turned directions."""
    spaced = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text or "")
    return re.sub(" +", " ", spaced.translate(_TURNING)).strip()
