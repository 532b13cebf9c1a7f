// Which codecs this browser encodes, best first: H.264 plays everywhere, VP9 and VP8 nearly so.

export type Codec = "avc" | "vp9" | "vp8";

export interface Size {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

/** A way to encode: the name of the codec, and what the browser's encoder is set to. */
export interface Encoding {
  readonly codec: Codec;
  readonly config: VideoEncoderConfig;
}

/** H.264's levels (ITU-T H.264, table A-1): macroblocks of a frame and of a second, and the level times ten. */
const AVC_LEVELS = [
  [1620, 40_500, 30],
  [3600, 108_000, 31],
  [5120, 216_000, 32],
  [8192, 245_760, 40],
  [8704, 522_240, 42],
  [22_080, 589_824, 50],
  [36_864, 983_040, 51],
  [36_864, 2_073_600, 52],
  [139_264, 4_177_920, 60],
] as const;
/** H.264's profiles High, Main and Constrained Baseline, with their flags. */
const AVC_PROFILES = ["6400", "4d00", "42e0"];
/** Bits for a pixel: enough for still grain and water, which are the hardest here. */
const BITS = 0.16;
const FEWEST_BITS = 400_000;

function hex(value: number): string {
  return value.toString(16).padStart(2, "0");
}

function avcNames({ width, height, fps }: Size): readonly string[] {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  const fits = AVC_LEVELS.find(([frame, second]) => blocks <= frame && blocks * fps <= second);
  const level = fits ? fits[2] : 62;
  return AVC_PROFILES.map((profile) => `avc1.${profile}${hex(level)}`);
}

/** VP9's levels by samples of a second (VP9 levels, https://www.webmproject.org/vp9/levels/). */
function vp9Name({ width, height, fps }: Size): string {
  const samples = width * height * fps;
  const level = samples <= 20_736_000 ? 30 : samples <= 83_558_400 ? 40 : samples <= 311_951_360 ? 50 : 61;
  return `vp09.00.${level}.08`;
}

function candidates(size: Size): readonly Encoding[] {
  const { width, height, fps } = size;
  const bitrate = Math.round(Math.max(FEWEST_BITS, width * height * fps * BITS));
  const make = (codec: Codec, name: string): Encoding => ({
    codec,
    config: {
      codec: name,
      width,
      height,
      framerate: fps,
      bitrate,
      ...(codec === "avc" && { avc: { format: "avc" } }),
    },
  });
  const avc = avcNames(size).map((name) => make("avc", name));
  return [...avc, make("vp9", vp9Name(size)), make("vp8", "vp8")];
}

async function isSupported({ config }: Encoding): Promise<boolean> {
  try {
    return (await VideoEncoder.isConfigSupported(config)).supported === true;
  } catch {
    return false; // a browser may refuse the name of a codec that it does not know
  }
}

/** What encodes films of this size, best first; one way for each codec. */
export async function findEncodings(size: Size): Promise<readonly Encoding[]> {
  if (typeof VideoEncoder === "undefined") return [];
  const found: Encoding[] = [];
  for (const one of candidates(size))
    if (!found.some(({ codec }) => codec === one.codec) && (await isSupported(one))) found.push(one);
  return found;
}
