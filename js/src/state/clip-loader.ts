/**
 * Loads clips: from the host's URL where it serves the very file, else by the job's id from the server's routes, else from
 * the kernel in acknowledged chunks. A clip
 * from the kernel is kept once for all views, and released at the end.
 */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { KernelConnection } from "../kernel/connection";
import { findHost } from "../kernel/host";
import type { ClipView, JobView } from "../kernel/protocol.gen";
import { RetryTiming } from "../kernel/retry-timing";
import { resolveClipUrl } from "./clip-url";

export type ClipSource =
  | { readonly state: "locating" }
  | { readonly state: "ready"; readonly url: string }
  /** Too large to be loaded unasked. */
  | { readonly state: "large" }
  | { readonly state: "loading"; readonly done: number }
  | { readonly state: "failed" };

const CHUNK_BYTES = 2 << 20;
/** Chunks requested at once: enough to keep the connection busy, few enough for any host's memory. */
const PARALLEL_CHUNKS = 4;
const MAX_AUTOMATIC_BYTES = 64 << 20;

/**
 * Whether a URL serves the very file: a range request for its first byte works, and the size is right. A server without
 * range requests is not used, since a player could not seek in such a clip.
 */
async function servesFile(url: string, bytes: number, signal_: AbortSignal): Promise<boolean> {
  try {
    const reply = await fetch(url, { headers: { Range: "bytes=0-0" }, signal: signal_ });
    void reply.body?.cancel();
    return reply.status === 206 && Number(reply.headers.get("content-range")?.split("/")[1]) === bytes;
  } catch {
    return false;
  }
}

export class ClipLoader {
  readonly #connection: KernelConnection;
  readonly #urls = new Map<string, Signal<string | null | undefined>>();
  readonly #sources = new Map<string, Signal<ClipSource>>();
  readonly #timing = new RetryTiming();
  readonly #disposal = new AbortController();

  constructor(host: KernelConnection) {
    this.#connection = host;
  }

  /** The URL of a job's clip: undefined while it is looked for, null where there is none. */
  locate(clip: ClipView, id: string, take = 0): ReadonlySignal<string | null | undefined> {
    const key = getClipKey(clip);
    const known = this.#urls.get(key);
    if (known) return known;
    const found = signal<string | null | undefined>(undefined);
    this.#urls.set(key, found);
    void this.#find(clip, id, take).then((url) => {
      found.value = url;
    });
    return found;
  }

  async #find(clip: ClipView, id: string, take: number): Promise<string | null> {
    const byPath = () => resolveClipUrl(this.#connection.widgetManager, clip.src);
    const byJob = async () => {
      await findHost().asked;
      return findHost().server?.clipUrl(id, take) ?? null;
    };
    // What the server tells of a job names a file elsewhere by its name alone, so that its path leads nowhere.
    for (const find of this.#connection.server ? [byJob, byPath] : [byPath, byJob]) {
      const url = await find();
      if (url !== null && (await servesFile(url, clip.bytes, this.#disposal.signal))) return url;
    }
    return null;
  }

  /** Where a clip can be played from. */
  getSource(job: Pick<JobView, "id">, take: number, clip: ClipView): ReadonlySignal<ClipSource> {
    const key = getClipKey(clip);
    const known = this.#sources.get(key);
    if (known) return known;
    const source = signal<ClipSource>({ state: "locating" });
    this.#sources.set(key, source);
    const end = this.locate(clip, job.id, take).subscribe((url) => {
      if (url === undefined) return;
      if (url !== null) source.value = { state: "ready", url };
      else if (clip.bytes > MAX_AUTOMATIC_BYTES) source.value = { state: "large" };
      else void this.load(job, take, clip);
    });
    this.#disposal.signal.addEventListener("abort", end);
    return source;
  }

  /** Wait until a clip can be played, and return its URL; forever for one that is not loaded unasked. */
  whenReady(job: Pick<JobView, "id">, take: number, clip: ClipView): Promise<string> {
    return new Promise((resolve) => {
      const end = this.getSource(job, take, clip).subscribe((source) => {
        if (source.state === "ready") resolve(source.url);
      });
      this.#disposal.signal.addEventListener("abort", end);
    });
  }

  /** Load a clip from the kernel in chunks. */
  async load(job: Pick<JobView, "id">, take: number, clip: ClipView): Promise<void> {
    const source = this.#sources.get(getClipKey(clip));
    if (source === undefined) return;
    const chunks = new Array<DataView>(Math.ceil(clip.bytes / CHUNK_BYTES));
    let [next, done] = [0, 0];
    const fetchChunks = async (): Promise<void> => {
      for (let at = next++; at < chunks.length; at = next++) {
        const chunk = await this.#fetchChunk(job.id, take, at);
        chunks[at] = chunk;
        done += chunk.byteLength;
        source.value = { state: "loading", done };
      }
    };
    source.value = { state: "loading", done };
    try {
      await Promise.all(Array.from({ length: PARALLEL_CHUNKS }, fetchChunks));
      if (done !== clip.bytes) throw new Error("not whole");
      const url = URL.createObjectURL(new Blob(chunks as unknown as BlobPart[], { type: "video/mp4" }));
      this.#disposal.signal.addEventListener("abort", () => URL.revokeObjectURL(url), { once: true });
      source.value = { state: "ready", url };
    } catch {
      source.value = { state: "failed" };
    }
  }

  /** Forget where a clip was found, so that it is looked for again. */
  forget(clip: ClipView): void {
    this.#urls.delete(getClipKey(clip));
    this.#sources.delete(getClipKey(clip));
  }

  dispose(): void {
    this.#disposal.abort();
  }

  async #fetchChunk(job_id: string, take: number, at: number): Promise<DataView> {
    const request = { type: "fetch", job_id, take, offset: at * CHUNK_BYTES, length: CHUNK_BYTES } as const;
    const reply = await this.#connection.askUntilAnswered(request, this.#timing);
    if (!reply?.chunk) throw new Error("out of reach");
    return reply.chunk;
  }
}

const getClipKey = (clip: ClipView): string => `${clip.src}/${clip.bytes}`;
