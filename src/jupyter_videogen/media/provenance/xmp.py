"""XMP in an MP4: a `uuid` box at the top of the file (XMP specification, part 3: storage in files, ISO 14496-12).

Only one property is of interest here: `Iptc4xmpExt:DigitalSourceType`, whose values are the terms of
https://cv.iptc.org/newscodes/digitalsourcetype/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jupyter_videogen.core.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
LARGEST = 1 << 20
"""Bytes of a packet that are read; ours has 600."""
VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
SOURCE_TYPE = re.compile(
    rb"DigitalSourceType[^<>]{0,200}?[>\"']\s{0,200}https?://cv\.iptc\.org/newscodes/digitalsourcetype/([A-Za-z]{1,60})\b"
)
"""The property as an attribute or as an element. It is searched for, because a parser of XML is more than one property is worth."""
REMOTE = re.compile(rb"dcterms:provenance\s*[=>]")
"""Where content credentials are that do not travel with the file (C2PA specification, "Embedding a Reference to an external Manifest")."""
PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="{namespace}"
    xmp:CreatorTool="jupyter-videogen {version}">
   <Iptc4xmpExt:DigitalSourceType>{value}</Iptc4xmpExt:DigitalSourceType>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def source_type_uri(term: str) -> str:
    """Return a term of IPTC's Digital Source Type as it is written: a full URI."""
    return f"{VOCABULARY}{term}"


def find_source_type(packet: bytes) -> str:
    """Return the term of the Digital Source Type in a packet of XMP; empty where there is none."""
    found = SOURCE_TYPE.search(packet)
    return found[1].decode("ascii") if found else ""


def append_box(path: Path, term: str) -> None:
    """Add a box that names the Digital Source Type to the end of an MP4; raises `OSError`.

    A signature over the file does not hold afterwards: sign after it.
    """
    packet = PACKET.format(namespace=NAMESPACE, version=VERSION, value=source_type_uri(term)).encode()
    size = 8 + len(UUID) + len(packet)
    with path.open("ab") as file:
        file.write(size.to_bytes(4, "big") + b"uuid" + UUID + packet)
