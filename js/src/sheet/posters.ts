/** The still pictures of tiles: asked for in small lots, for tiles that are still in view by then. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { KernelConnection, Request } from "../kernel/connection";
import { RetryTiming } from "../kernel/retry-timing";

/** The kernel's limit of one message. */
const LOT = 24;
/** Pictures that are kept, of 20 kB each. */
const MAX_KEPT = 300;
/** A tile that is scrolled past sooner asks for nothing. */
const REST_MILLISECONDS = 60;

export class Posters {
  readonly #connection: KernelConnection;
  readonly #timing = new RetryTiming();
  readonly #urls = new Map<string, Signal<string | null | undefined>>();
  readonly #wanted = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLoading = false;

  /** `describe` makes the request for a lot of pictures. */
  constructor(
    host: KernelConnection,
    describe: (ids: readonly string[]) => Request = (job_ids) => ({ type: "posters", job_ids }),
  ) {
    this.#connection = host;
    this.#describe = describe;
  }
  readonly #describe: (ids: readonly string[]) => Request;

  /** The URL of a job's picture: undefined while it is looked for, null where there is none. */
  get(id: string): ReadonlySignal<string | null | undefined> {
    const url = this.#urls.get(id) ?? signal<string | null | undefined>(undefined);
    this.#urls.delete(id);
    this.#urls.set(id, url); // the last one used is the last one dropped
    return url;
  }

  /** Load a picture unless the returned function is called soon. */
  want(id: string): () => void {
    if (this.get(id).peek() === undefined) {
      this.#wanted.add(id);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#load(), REST_MILLISECONDS);
    }
    return () => this.#wanted.delete(id);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const id of this.#urls.keys()) this.#drop(id);
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    while (this.#wanted.size > 0) {
      const ids = [...this.#wanted].slice(0, LOT);
      const reply = await this.#connection.askUntilAnswered(this.#describe(ids), this.#timing);
      if (reply === null) break;
      ids.forEach((id, at) => {
        this.#wanted.delete(id);
        this.#keep(id, reply.chunks?.[at]);
      });
    }
    this.#isLoading = false;
  }

  #keep(id: string, picture: DataView | undefined): void {
    const url = this.get(id) as Signal<string | null | undefined>;
    const bytes =
      picture && new Uint8Array(picture.buffer as ArrayBuffer, picture.byteOffset, picture.byteLength);
    url.value = bytes?.length ? URL.createObjectURL(new Blob([bytes])) : null;
    for (const oldest of [...this.#urls.keys()].slice(0, -MAX_KEPT)) this.#drop(oldest);
  }

  #drop(id: string): void {
    const url = this.#urls.get(id)?.peek();
    if (url) URL.revokeObjectURL(url);
    this.#urls.delete(id);
  }
}
