/**
 * How the bytes of a clip come to the page: by the host's own address where that leads to the very file, else from the
 * kernel in acknowledged pieces. What the kernel sent is kept once, for all views, and given back at the end.
 */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Host } from "../kernel/connection";
import type { ClipView, JobView } from "../kernel/protocol.gen";
import { Pace } from "../kernel/retry-timing";
import { addressOf } from "./clip-url";

export type Reach =
  | { readonly state: "looking" }
  | { readonly state: "ready"; readonly url: string }
  /** So large that somebody has to want it. */
  | { readonly state: "asks" }
  | { readonly state: "coming"; readonly done: number }
  | { readonly state: "lost" };

const PIECE_BYTES = 2 << 20;
/** Pieces under way at once: enough to keep the line busy, few enough for every host's memory. */
const WINDOW = 4;
const UNASKED_BYTES = 64 << 20;

/**
 * True where an address leads to the very file: its first byte alone can be had, and its size is right. A server that only
 * gives the whole of it is passed over, since a player could not go to a moment of such a clip.
 */
async function leadsTo(url: string, bytes: number, signal_: AbortSignal): Promise<boolean> {
  try {
    const reply = await fetch(url, { headers: { Range: "bytes=0-0" }, signal: signal_ });
    void reply.body?.cancel();
    return reply.status === 206 && Number(reply.headers.get("content-range")?.split("/")[1]) === bytes;
  } catch {
    return false;
  }
}

export class Clips {
  readonly #host: Host;
  readonly #located = new Map<string, Signal<string | null | undefined>>();
  readonly #reached = new Map<string, Signal<Reach>>();
  readonly #pace = new Pace();
  readonly #end = new AbortController();

  constructor(host: Host) {
    this.#host = host;
  }

  /** The host's address of a clip: undefined while it is looked for, null where it has none. */
  locate(clip: ClipView): ReadonlySignal<string | null | undefined> {
    const key = keyOf(clip);
    const known = this.#located.get(key);
    if (known) return known;
    const found = signal<string | null | undefined>(undefined);
    this.#located.set(key, found);
    void addressOf(this.#host.widgetManager, clip.src)
      .then(async (url) => ((await leadsTo(url, clip.bytes, this.#end.signal)) ? url : null))
      .then((url) => {
        found.value = url;
      });
    return found;
  }

  /** A clip that can be played, from wherever it can be had. */
  reach(job: JobView, take: number, clip: ClipView): ReadonlySignal<Reach> {
    const key = keyOf(clip);
    const known = this.#reached.get(key);
    if (known) return known;
    const reached = signal<Reach>({ state: "looking" });
    this.#reached.set(key, reached);
    const end = this.locate(clip).subscribe((url) => {
      if (url === undefined) return;
      if (url !== null) reached.value = { state: "ready", url };
      else if (clip.bytes > UNASKED_BYTES) reached.value = { state: "asks" };
      else void this.load(job, take, clip);
    });
    this.#end.signal.addEventListener("abort", end);
    return reached;
  }

  /** Get a clip from the kernel, piece by piece. */
  async load(job: JobView, take: number, clip: ClipView): Promise<void> {
    const reached = this.#reached.get(keyOf(clip));
    if (reached === undefined) return;
    const pieces = new Array<DataView>(Math.ceil(clip.bytes / PIECE_BYTES));
    let [next, done] = [0, 0];
    const work = async (): Promise<void> => {
      for (let at = next++; at < pieces.length; at = next++) {
        const piece = await this.#piece(job.id, take, at);
        pieces[at] = piece;
        done += piece.byteLength;
        reached.value = { state: "coming", done };
      }
    };
    reached.value = { state: "coming", done };
    try {
      await Promise.all(Array.from({ length: WINDOW }, work));
      if (done !== clip.bytes) throw new Error("not whole");
      const url = URL.createObjectURL(new Blob(pieces as unknown as BlobPart[], { type: "video/mp4" }));
      this.#end.signal.addEventListener("abort", () => URL.revokeObjectURL(url), { once: true });
      reached.value = { state: "ready", url };
    } catch {
      reached.value = { state: "lost" };
    }
  }

  /** Look once more for a clip that could not be had. */
  forget(clip: ClipView): void {
    this.#located.delete(keyOf(clip));
    this.#reached.delete(keyOf(clip));
  }

  dispose(): void {
    this.#end.abort();
  }

  async #piece(job_id: string, take: number, at: number): Promise<DataView> {
    const asked = { type: "fetch", job_id, take, offset: at * PIECE_BYTES, length: PIECE_BYTES } as const;
    const answer = await this.#host.insist(asked, this.#pace);
    if (!answer?.piece) throw new Error("out of reach");
    return answer.piece;
  }
}

const keyOf = (clip: ClipView): string => `${clip.src}/${clip.bytes}`;
