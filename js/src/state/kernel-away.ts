/**
 * Finds out what became of a job while the kernel that watched it is away: from the server where that has our routes, else
 * from the file and from the host's kernel. The one place that decides who tells of a job.
 */

import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { KernelConnection } from "../kernel/connection";
import { findHost } from "../kernel/host";
import { isOpen } from "../kernel/job-state";
import type { ClipView, JobView } from "../kernel/protocol.gen";
import { getReadyKernel, isKernelGone, isKernelStarting } from "../kernel/reconnect";
import { dimensions } from "../text/format";
import type { Away } from "./appearance";
import { resolveClipUrl } from "./clip-url";

const LOOK_MILLISECONDS = 3000;
/** The size of a file that the host serves; null where it is not there yet. */
async function measure(url: string, until: AbortSignal): Promise<number | null> {
  try {
    const reply = await fetch(url, { headers: { Range: "bytes=0-0" }, cache: "no-store", signal: until });
    void reply.body?.cancel();
    const bytes = Number(reply.headers.get("content-range")?.split("/")[1]);
    return reply.status === 206 && bytes > 0 ? bytes : null;
  } catch {
    return null;
  }
}

function describeClip({ saves_as, duration, size }: JobView, bytes: number): ClipView {
  const [width, height] = dimensions(size) ?? [null, null];
  const none = { credentials: "", captions: "" };
  return { src: saves_as, bytes, seconds: duration, width, height, poster: true, ...none };
}

const nothing: Away = { isRestarted: false, isReady: false, clip: null, isShown: false };

export class KernelAway {
  readonly #connection: KernelConnection;
  readonly #away = signal<Away>(nothing);
  readonly #stop: () => void;

  constructor(connection: KernelConnection) {
    this.#connection = connection;
    const isWaiting = computed(() => connection.openJobs.length > 0);
    this.#stop = effect(() => {
      const isAway = connection.disconnected.value;
      if (isAway) return untracked(() => this.#look()); // what is found must not begin it anew
      this.#away.value = nothing;
      return isWaiting.value ? this.#stayNear() : undefined;
    });
  }

  get state(): ReadonlySignal<Away> {
    return this.#away;
  }

  show(): void {
    this.#away.value = { ...this.#away.peek(), isShown: true };
  }

  dispose(): void {
    this.#stop();
  }

  /** Notice that a kernel was shut down, which no message tells. */
  #stayNear(): () => void {
    const timer = setInterval(() => {
      if (isKernelGone(this.#connection.widgetManager)) this.#connection.leave();
    }, LOOK_MILLISECONDS);
    return () => clearInterval(timer);
  }

  /** Look at once and then every three seconds, until the returned function is called. */
  #look(): () => void {
    const end = new AbortController();
    const look = () => void this.#lookOnce(end.signal);
    const timer = setInterval(look, LOOK_MILLISECONDS);
    for (const { id } of this.#connection.openJobs)
      findHost().server?.follow(id, this.#connection.takeTold, end.signal);
    look();
    return () => {
      clearInterval(timer);
      end.abort();
    };
  }

  async #lookOnce(until: AbortSignal): Promise<void> {
    const manager = this.#connection.widgetManager;
    const isReady = getReadyKernel(manager) !== null;
    this.#away.value = { ...this.#away.peek(), isReady, isRestarted: isReady || isKernelStarting(manager) };
    const job = this.#connection.job.peek();
    if (job === null || !isOpen(job) || this.#connection.server || this.#away.peek().clip) return;
    const bytes = await measure(await resolveClipUrl(manager, job.saves_as), until);
    if (bytes !== null && !until.aborted)
      this.#away.value = { ...this.#away.peek(), clip: describeClip(job, bytes) };
  }
}
