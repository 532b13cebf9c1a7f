"""Escape hidden characters, which show nothing but have an effect, so that a person sees them.

A terminal obeys ESC and the C1 controls (OSC 52 fills the clipboard); bidirectional controls show text in another order than
it has (Trojan Source, CVE-2021-42574); a pasted ESC ends the bracketing that keeps a shell from running what is pasted.
"""

from __future__ import annotations

import re

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls (but tab and line feed), soft hyphen, bidirectional and invisible formatting, lone surrogates, tags.

The joiners U+200C and U+200D stay: scripts and emoji need them.
"""


def escape_text(text: str) -> str:
    r"""Return text with every hidden character written out as Python would: `\x1b`, `\u202e`."""
    return HIDDEN.sub(_written, text)


def escape_python(text: str) -> str:
    """Return the text of a Python literal with hidden characters as escapes."""
    return HIDDEN.sub(_escape, text)


def escape_json(text: str) -> str:
    """Return JSON text with hidden characters as escapes; they can stand only inside its strings."""
    return HIDDEN.sub(_pair, text)


def escape_shell(text: str) -> str:
    """Return the inside of a shell's `$'…'` (POSIX.1-2024, bash, zsh, ksh) for a text."""
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    return HIDDEN.sub(
        lambda match: "".join(f"\\{byte:03o}" for byte in match[0].encode("utf-8", "surrogatepass")), quoted
    )


def _written(match: re.Match[str]) -> str:
    return "\\r" if match[0] == "\r" else _escape(match)


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004 - the widths of escapes


def _pair(match: re.Match[str]) -> str:
    pairs = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{pairs[at : at + 4]}" for at in range(0, len(pairs), 4))
