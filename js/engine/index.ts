// The browser engine: real clips from a sentence, drawn and encoded in the browser, in a worker or in a page. It draws what the
// Python engine draws, from the same words, and needs no server and no network. It is no AI, and every clip says so.
import { type Encoding, findEncodings } from "./encode/codecs";
import { encode, type Job } from "./encode/encode";
import { makePoster } from "./encode/poster";
import { BadOrder, NoEncoder } from "./errors";
import { Film } from "./film";
import { check, type Order } from "./order";
import { SCENES } from "./scenes";

export { type Description, describe } from "./film";
export { BadOrder, NoEncoder };

/** The scenes that are drawn here. */
export const scenes: readonly string[] = Object.keys(SCENES);

export interface Options {
  /** Told after each frame: the share that is done, up to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Stops the work between two frames; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

export interface Clip {
  readonly bytes: Uint8Array;
  readonly mime: string;
  /** As a `codecs` parameter has it, such as "avc1.64001e". */
  readonly codec: string;
  /** The scene that is drawn. */
  readonly scene: string;
  /** The scene that the words ask for, where another one is drawn for it. */
  readonly asked: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly poster: Uint8Array;
  readonly posterMime: string;
}

const MIME = "video/mp4";
/** The size that `codecs` asks about. */
const USUAL = { width: 640, height: 360, fps: 24 };

/** The codecs that this browser encodes, best first, as `codecs` parameters have them; empty where there is no encoder. */
export async function codecs(): Promise<string[]> {
  return (await findEncodings(USUAL)).map(({ config }) => config.codec);
}

/** What the clip says in its tags, as those of the Python engine do. */
function tagsOf({ prompt, seed }: Order, { description }: Film): Job["tags"] {
  const { scene, asked, mood, words } = description;
  const told = {
    generator: "jupyter-videogen browser engine",
    procedural: true,
    prompt,
    seed,
    scene,
    asked,
    mood,
    words,
  };
  return { title: prompt, comment: JSON.stringify(told) };
}

function missEncoder(cause?: unknown): NoEncoder {
  const message = "This browser encodes no video, so nothing was made. Use a current browser, or a server.";
  return new NoEncoder(message, { cause });
}

/** Tries what should work; an encoder may still fail at its first frame, so that the next codec has its turn. */
async function encodeByAny(
  encodings: readonly Encoding[],
  job: Job,
): Promise<readonly [Encoding, Uint8Array]> {
  let cause: unknown;
  for (const encoding of encodings)
    try {
      return [encoding, await encode(encoding, job)];
    } catch (failure) {
      job.signal?.throwIfAborted();
      if (!(failure instanceof DOMException)) throw failure; // not the encoder's
      cause = failure;
    }
  throw missEncoder(cause);
}

/**
 * Draws and encodes a clip. The same order gives the same frames, and the same bytes as far as the browser's encoder does.
 *
 * Rejects with a BadOrder for an order that can't be drawn, with a NoEncoder where the browser encodes no video (it is told
 * before anything is drawn), and with the signal's reason.
 */
export async function render(order: Order, { onProgress, signal }: Options = {}): Promise<Clip> {
  check(order);
  signal?.throwIfAborted();
  const { width, height, fps } = order;
  const encodings = await findEncodings({ width, height, fps });
  if (!encodings.length) throw missEncoder();
  const film = new Film(order);
  const job: Job = {
    size: { width, height, fps },
    frames: film.frames,
    tags: tagsOf(order, film),
    draw: (number) => film.draw(number),
    onFrame: (number) => onProgress?.((number + 1) / film.frames),
    signal,
  };
  const [{ config }, bytes] = await encodeByAny(encodings, job);
  const poster = await makePoster(film.draw(film.frames >> 1), width, height);
  const { scene, asked } = film.description;
  return {
    bytes,
    mime: MIME,
    codec: config.codec,
    scene,
    asked,
    frames: film.frames,
    width,
    height,
    poster: new Uint8Array(await poster.arrayBuffer()),
    posterMime: poster.type,
  };
}
