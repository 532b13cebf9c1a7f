/** Decides which tab tells an end, and when: one of all open tabs, none where somebody sees the clip, one notification per 10 s. */

/** Milliseconds in which the tabs agree; a clip also comes into view in them. */
const AGREE = 1000;
/** Milliseconds between two notifications. */
const PACE = 10_000;

/** A state that is not in here is no end. */
export const WORDS: Readonly<Record<string, string>> = {
  succeeded: "Video ready",
  failed: "Video not made",
  expired: "Video no longer at the provider",
  unknown_outcome: "Outcome of a video unknown",
  grid: "Grid ready",
  grid_with_failures: "Grid ended",
};
const GOOD: ReadonlySet<string> = new Set(["succeeded", "grid"]);

export interface End {
  readonly id: string;
  readonly state: string;
  readonly title: string;
}

/** What tabs say to each other: the lowest rank tells. */
interface Bid {
  readonly id: string;
  readonly rank: number;
}

export type Channel = Pick<BroadcastChannel, "postMessage" | "onmessage">;

export interface Tab {
  /** Whether somebody sees the clip in this tab. */
  isOnView(id: string): boolean;
  /** Whether this tab has its output. */
  hasOutput(id: string): boolean;
  tell(ends: readonly End[]): void;
}

const SEEN = -1;

export class Announcer {
  readonly #own = Math.random();
  readonly #told = new Set<string>();
  readonly #best = new Map<string, number>();
  #waiting: End[] = [];
  #isPausing = false;

  constructor(
    private readonly channel: Channel | null,
    private readonly tab: Tab,
  ) {
    if (channel) channel.onmessage = ({ data }: { readonly data: Bid }) => this.#hear(data);
  }

  readonly ended = (end: End): void => {
    if (this.#told.has(end.id)) return;
    this.#told.add(end.id);
    this.#bid(end.id);
    window.setTimeout(() => this.#decide(end), AGREE);
  };

  #rank(id: string): number {
    if (this.tab.isOnView(id)) return SEEN;
    return (document.hidden ? 2 : 0) + (this.tab.hasOutput(id) ? 0 : 1) + this.#own;
  }

  #bid(id: string): void {
    const bid: Bid = { id, rank: this.#rank(id) };
    this.channel?.postMessage(bid);
  }

  #hear({ id, rank }: Bid): void {
    this.#best.set(id, Math.min(rank, this.#best.get(id) ?? Number.POSITIVE_INFINITY));
  }

  #decide(end: End): void {
    const rank = this.#rank(end.id);
    const best = this.#best.get(end.id) ?? Number.POSITIVE_INFINITY;
    if (rank === SEEN || rank > best) {
      if (rank === SEEN) this.#bid(end.id);
      return;
    }
    this.#waiting.push(end);
    if (!this.#isPausing) this.#flush();
  }

  #flush(): void {
    const ends = this.#waiting.filter(({ id }) => !this.tab.isOnView(id));
    this.#waiting = [];
    this.#isPausing = ends.length > 0;
    if (ends.length === 0) return;
    this.tab.tell(ends);
    window.setTimeout(() => this.#flush(), PACE);
  }
}

/** What one notification says of several ends. */
export function summarise(ends: readonly End[]): { text: string; isGood: boolean } {
  const [first] = ends;
  const ready = ends.filter(({ state }) => GOOD.has(state)).length;
  const isGood = ready === ends.length;
  if (ends.length === 1) return { text: `${WORDS[first?.state ?? ""] ?? ""}: ${first?.title}`, isGood };
  if (isGood) return { text: `${ready} clips ready`, isGood };
  const clips = ready === 0 ? "" : `, ${ready === 1 ? "1 clip" : `${ready} clips`} ready`;
  const rest = ends.length - ready;
  return { text: `${rest === 1 ? "1 video" : `${rest} videos`} not ready${clips}`, isGood };
}
