// An MP4 with one track of video, its index before its frames, so that a player starts before all of it is there. It has no times
// of day and no identifiers: two clips of one order are equal, byte for byte, as far as the encoder's frames are.
import { type Bytes, box, bytes, fullBox, join, shorts, text, words } from "./boxes";
import type { Codec, Size } from "./codecs";

/** One encoded frame; in the order in which they are decoded. */
export interface Sample {
  readonly data: Bytes;
  /** Its place among the frames that are shown. */
  readonly number: number;
  readonly isKey: boolean;
}

export interface Movie {
  readonly codec: Codec;
  /** As a `codecs` parameter has it. */
  readonly name: string;
  readonly size: Size;
  readonly samples: readonly Sample[];
  /** H.264's AVCDecoderConfigurationRecord, which its encoder gives. */
  readonly description: Bytes | undefined;
  readonly tags: Readonly<Record<"title" | "comment", string>>;
}

/** Units of time in a frame, so that 23.976 frames per second have whole numbers too. */
const TICKS = 1000;
const MATRIX = words(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const NO_TIMES = words(0, 0);
const UNDETERMINED = 0x55c4; // the language "und"
/** BT.709 by its numbers in ISO 23091-2: primaries, transfer and matrix. */
const BT709 = 1;

function timescale({ fps }: Size): number {
  return Math.round(fps * TICKS);
}

function duration({ samples }: Movie): number {
  return samples.length * TICKS;
}

function movieHeader(movie: Movie): Bytes {
  const volume = 0; // no sound
  return fullBox(
    "mvhd",
    0,
    0,
    NO_TIMES,
    words(timescale(movie.size), duration(movie), 0x10000),
    shorts(volume, 0),
    words(0, 0),
    MATRIX,
    new Uint8Array(24),
    words(2),
  );
}

function trackHeader(movie: Movie): Bytes {
  const { width, height } = movie.size;
  const enabled = 3;
  return fullBox(
    "tkhd",
    0,
    enabled,
    NO_TIMES,
    words(1, 0, duration(movie), 0, 0),
    shorts(0, 0, 0, 0),
    MATRIX,
    words(width << 16, height << 16),
  );
}

/** How the decoder is set up. VP9 and VP8 after "VP Codec ISO Media File Format Binding". */
function decoderBox({ codec, name, description }: Movie): Bytes {
  if (codec === "avc") return box("avcC", description ?? new Uint8Array());
  const level = Number(name.split(".")[2] ?? 0);
  const eightBits420 = (8 << 4) | (1 << 1);
  return fullBox("vpcC", 1, 0, bytes(0, level, eightBits420, BT709, BT709, BT709), shorts(0));
}

const ENTRIES: Readonly<Record<Codec, string>> = { avc: "avc1", vp9: "vp09", vp8: "vp08" };

function sampleEntry(movie: Movie): Bytes {
  const { width, height } = movie.size;
  const dotsPerInch = 72 << 16;
  const depth = 24;
  return box(
    ENTRIES[movie.codec],
    new Uint8Array(6),
    shorts(1),
    new Uint8Array(16),
    shorts(width, height),
    words(dotsPerInch, dotsPerInch, 0),
    shorts(1),
    new Uint8Array(32),
    shorts(depth, 0xffff),
    decoderBox(movie),
    box("colr", text("nclx"), shorts(BT709, BT709, BT709), bytes(0)),
    box("pasp", words(1, 1)),
  );
}

/** Where frames are shown in another order than they are decoded: by how much each is later or earlier. */
function compositionOffsets({ samples }: Movie): readonly Bytes[] {
  const offsets = samples.map(({ number }, at) => (number - at) * TICKS);
  if (offsets.every((offset) => offset === 0)) return [];
  return [fullBox("ctts", 1, 0, words(offsets.length, ...offsets.flatMap((offset) => [1, offset])))];
}

/** The index of frames; all of them lie in one piece, `start` bytes into the file. */
function sampleTable(movie: Movie, start: number): Bytes {
  const { samples } = movie;
  const keys = samples.flatMap(({ isKey }, at) => (isKey ? [at + 1] : []));
  return box(
    "stbl",
    fullBox("stsd", 0, 0, words(1), sampleEntry(movie)),
    fullBox("stts", 0, 0, words(1, samples.length, TICKS)),
    ...compositionOffsets(movie),
    fullBox("stss", 0, 0, words(keys.length, ...keys)),
    fullBox("stsc", 0, 0, words(1, 1, samples.length, 1)),
    fullBox("stsz", 0, 0, words(0, samples.length, ...samples.map(({ data }) => data.length))),
    fullBox("stco", 0, 0, words(1, start)),
  );
}

function track(movie: Movie, start: number): Bytes {
  const handler = fullBox("hdlr", 0, 0, words(0), text("vide"), words(0, 0, 0), text("video\0"));
  const here = fullBox("dref", 0, 0, words(1), fullBox("url ", 0, 1));
  const media = box(
    "minf",
    fullBox("vmhd", 0, 1, shorts(0, 0, 0, 0)),
    box("dinf", here),
    sampleTable(movie, start),
  );
  const header = fullBox(
    "mdhd",
    0,
    0,
    NO_TIMES,
    words(timescale(movie.size), duration(movie)),
    shorts(UNDETERMINED, 0),
  );
  return box("trak", trackHeader(movie), box("mdia", header, handler, media));
}

/** Title and comment as players show them. */
function userData({ tags }: Movie): Bytes {
  const utf8 = 1;
  const tag = (name: string, value: string) => box(name, box("data", words(utf8, 0), text(value)));
  const handler = fullBox("hdlr", 0, 0, words(0), text("mdir"), text("appl"), words(0, 0), bytes(0));
  const list = box("ilst", tag("\u00a9nam", tags.title), tag("\u00a9cmt", tags.comment));
  return box("udta", fullBox("meta", 0, 0, handler, list));
}

export function writeMovie(movie: Movie): Bytes {
  const type = box("ftyp", text("isom"), words(512), text("isomiso2mp41"));
  const index = (start: number) => box("moov", movieHeader(movie), track(movie, start), userData(movie));
  // The index has the same size wherever the frames start.
  const start = type.length + index(0).length + 8;
  return join([type, index(start), box("mdat", ...movie.samples.map(({ data }) => data))]);
}
