/**
 * Draws saved records whose job was unfinished as cards that the server feeds, where no kernel can: the page of our
 * widgets, in the place of each such record.
 */

import type { ToldJob } from "./bundle";
import type { Feed, Page } from "./feed";
import type { Told } from "./host";
import { isOpen, type JobFeed } from "./job-feed";

/** What an anywidget module gives. */
interface Widget {
  render(props: { model: unknown; el: HTMLElement; signal: AbortSignal }): unknown;
}
type MakeWidget = () => Widget;

/** Nothing more happens to a job in these states, so that its record is right as it is. */
const FINAL: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled", "expired"]);

interface Resolver {
  resolveUrl(url: string): Promise<string>;
  getDownloadUrl(path: string): Promise<string>;
}

/** A model of a widget that has no other end: the page takes its kernel for gone, and asks the server. */
function makeModel({ job }: Told, resolver: unknown): unknown {
  const { resolveUrl, getDownloadUrl } = resolver as Resolver;
  const nothing = () => undefined;
  return {
    get: (name: string) => (name === "job" ? job : undefined),
    on: nothing,
    off: nothing,
    send: nothing,
    comm_live: false,
    widget_manager: {
      resolveUrl: async (url: string) => getDownloadUrl.call(resolver, await resolveUrl.call(resolver, url)),
    },
  };
}

export class FedRecords {
  #page: Promise<MakeWidget | null> | null = null;

  constructor(
    private readonly feed: Feed,
    private readonly jobs: JobFeed,
  ) {}

  /** Bring to life what of an output's records is not over; `node` holds one figure for each of `told`, in their order. */
  async enliven(
    node: HTMLElement,
    told: readonly ToldJob[],
    resolver: unknown,
    until: AbortSignal,
  ): Promise<void> {
    const figures = [...node.querySelectorAll<HTMLElement>(".videogen-record")];
    const open = told.flatMap(({ id, state }, index) => {
      const figure = figures[index];
      return figure && !FINAL.has(state) ? [{ id, state, figure }] : [];
    });
    if (open.length === 0 || figures.length !== told.length || !(await this.feed.whenThere())) return;
    for (const { id, state, figure } of open) this.#follow(id, state, figure, resolver, until);
  }

  /** Wait until there is more to tell of a job than its record does. */
  #follow(id: string, state: string, figure: HTMLElement, resolver: unknown, until: AbortSignal): void {
    const found = new AbortController();
    const take = (told: Told) => {
      const isNews = isOpen(told) ? told.watched : told.job.state !== state;
      if (!isNews || found.signal.aborted) return;
      found.abort();
      void this.#draw(told, figure, resolver, until);
    };
    until.addEventListener("abort", () => found.abort(), { once: true });
    if (!until.aborted) this.jobs.follow(id, take, found.signal);
  }

  async #draw(told: Told, figure: HTMLElement, resolver: unknown, until: AbortSignal): Promise<void> {
    this.#page ??= this.feed.page().then((page) => page && load(page));
    const make = await this.#page.catch(() => null);
    if (make === null) this.#page = null;
    if (make === null || until.aborted) return;
    const el = document.createElement("div");
    el.className = "videogen-fed";
    el.style.cssText = figure.style.cssText;
    el.style.maxWidth = "none";
    figure.before(el);
    figure.hidden = true;
    make().render({ model: makeModel(told, resolver), el, signal: until });
    const end = () => {
      el.remove();
      figure.hidden = false;
    };
    until.addEventListener("abort", end, { once: true });
  }
}

/** Load the page as a host loads it: a module from a text, its style beside it. */
async function load({ script, style }: Page): Promise<MakeWidget> {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  try {
    const { default: make } = (await import(url)) as { default: MakeWidget };
    document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
    return make;
  } finally {
    URL.revokeObjectURL(url);
  }
}
