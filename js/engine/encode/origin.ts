// What a finished clip says of its origin: drawn by an algorithm, and not by a trained model. XMP in a `uuid` box at the end of
// the MP4 (XMP specification, part 3), with a term of IPTC's Digital Source Type, as the Python engine writes it.
import { type Bytes, box, text, words } from "./boxes";

const XMP = words(0xbe7acfcb, 0x97a942e8, 0x9c719994, 0x91e3afac);
const PACKET = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<xmp:CreatorTool>jupyter-videogen browser engine</xmp:CreatorTool>
<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia</Iptc4xmpExt:DigitalSourceType>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;

export function originBox(): Bytes {
  return box("uuid", XMP, text(PACKET));
}
