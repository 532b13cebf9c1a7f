/** The panel "Videos": what is being made, what was made, and what it cost. */

import { Widget } from "@lumino/widgets";
import { make, reconcile } from "./dom";
import { JOB_TYPE } from "./drag";
import type { Feed } from "./feed";
import { goTo, noPicture, plus, stop, videos } from "./icons";
import {
  describe,
  describeRest,
  Forecast,
  type Job,
  type Meter,
  percentOf,
  type Row,
  toMeters,
  toRows,
} from "./jobs";

export const PANEL = "jupyter-videogen-panel";
/** Milliseconds after the last key. */
const TYPED = 250;
const SECOND = 1000;

export interface Actions {
  /** Whether this host can open the form by itself. */
  canCreate(): boolean;
  create(): void;
  /** Go to the cell of a job, else show its clip. */
  show(job: Job): void;
  cancel(job: Job): void;
  /** The notebook or folder that "This project" means now, as the server writes paths. */
  place(): string;
}

const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export class VideosPanel extends Widget {
  readonly #making = make("ul", { class: "jp-videogen-making" });
  readonly #makingCount = make("span");
  readonly #makingPart: HTMLElement;
  readonly #recent = make("ul", { class: "jp-videogen-recent" });
  readonly #recentTitle = make("h3", {}, "Recent");
  readonly #create = iconButton(plus, "New video", () => this.actions.create());
  readonly #empty = make("p", { class: "jp-videogen-empty" });
  readonly #more: HTMLButtonElement;
  readonly #spending = make("div", { class: "jp-videogen-spending" });
  readonly #said = make("p", { class: "jp-videogen-said", role: "status" });
  readonly #forecast = new Forecast();
  #typing = 0;
  #ticking = 0;

  constructor(
    private readonly feed: Feed,
    private readonly actions: Actions,
  ) {
    super();
    this.id = PANEL;
    this.addClass("jp-videogen-panel");
    this.title.icon = videos;
    this.title.className = "jp-videogen-tab";
    this.#more = make(
      "button",
      { type: "button", class: "jp-videogen-more", click: () => void feed.more() },
      "More",
    );
    this.#makingPart = make("section", {}, make("h3", {}, "Making", this.#makingCount), this.#making);
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", "Videos");
    const recent = make("section", {}, this.#recentTitle, this.#recent, this.#empty, this.#more);
    const body = make("div", { class: "jp-videogen-body" }, this.#makingPart, recent);
    this.node.append(this.#head(), body, this.#spending, this.#said);
    this.#recent.addEventListener("keydown", moveFocus);
    this.refresh();
  }

  refresh(): void {
    const { feed } = this;
    const count = feed.running.length;
    this.title.caption = count > 0 ? `Videos, ${count} being made` : "Videos";
    this.title.dataset = count > 0 ? { videogen: String(count) } : {};
    if (!this.isVisible) return;
    this.#create.hidden = !this.actions.canCreate();
    this.#drawMaking();
    this.#drawRecent();
    this.#drawSpending();
    this.#said.textContent = feed.problem;
    this.#tick(count > 0);
  }

  protected override onAfterShow(): void {
    this.#watch(true);
  }

  protected override onAfterAttach(): void {
    this.#watch(this.isVisible);
  }

  protected override onAfterHide(): void {
    this.#watch(false);
  }

  protected override onBeforeDetach(): void {
    this.#watch(false);
  }

  protected override onActivateRequest(): void {
    this.node.querySelector("input")?.focus();
  }

  #watch(isWatched: boolean): void {
    this.feed.isWatched = isWatched;
    if (isWatched) this.refresh();
    else this.#tick(false);
  }

  /** Times go on while something is being made and somebody looks. */
  #tick(isTicking: boolean): void {
    if (isTicking === this.#ticking > 0) return;
    clearInterval(this.#ticking);
    this.#ticking = isTicking ? window.setInterval(() => this.#drawMaking(), SECOND) : 0;
  }

  #head(): HTMLElement {
    const search = make("input", {
      type: "search",
      placeholder: "Search clips",
      "aria-label": "Search clips",
      input: () => {
        clearTimeout(this.#typing);
        this.#typing = window.setTimeout(() => this.feed.ask({ search: search.value }), TYPED);
      },
    });
    const project = make(
      "select",
      {
        "aria-label": "Which clips",
        change: () => this.feed.ask({ project: project.value === "all" ? null : this.actions.place() }),
      },
      make("option", { value: "all" }, "All projects"),
      make("option", { value: "this" }, "This project"),
    );
    const title = make(
      "div",
      {},
      make("h2", {}, "Videos"),
      iconButton(plus, "New video", () => this.actions.create()),
    );
    return make("header", {}, title, search, project);
  }

  #drawMaking(): void {
    const rows = toRows(this.feed.making);
    const now = Date.now() / 1000;
    this.#makingPart.hidden = rows.length === 0;
    this.#makingCount.textContent = String(this.feed.making.length);
    reconcile(
      this.#making,
      rows,
      ({ key }) => key,
      (row, old) => this.#row(row, now, old),
    );
  }

  #row(row: Row, now: number, old: HTMLElement | null): HTMLElement {
    const node = old ?? this.#newRow(row);
    const [first] = row.jobs;
    const percent = percentOf(row);
    const ring = node.querySelector<HTMLElement>(".jp-videogen-ring");
    ring?.style.setProperty("--jp-videogen-percent", String(percent ?? 0));
    ring?.setAttribute("data-state", first?.over ? "over" : percent === null ? "waiting" : "running");
    if (percent === null) ring?.removeAttribute("aria-valuenow");
    else ring?.setAttribute("aria-valuenow", String(percent));
    const [, number = "", rest = ""] = FIGURE.exec(describe(row, now, this.#forecast)) ?? [];
    node.querySelector(".jp-videogen-line")?.replaceChildren(make("b", {}, number), rest);
    return node;
  }

  #newRow({ title, jobs }: Row): HTMLElement {
    const [job] = jobs;
    const ring = make("span", {
      class: "jp-videogen-ring",
      role: "progressbar",
      "aria-label": title,
      "aria-valuemin": "0",
      "aria-valuemax": "100",
    });
    const open = make(
      "button",
      { type: "button", class: "jp-videogen-job", title, click: () => job && this.actions.show(job) },
      make("span", { class: "jp-videogen-prompt" }, title),
      make("span", { class: "jp-videogen-line" }),
    );
    const isOne = job !== undefined && !job.grid && !job.over;
    const button = isOne
      ? iconButton(stop, `Cancel: ${title}`, () => this.actions.cancel(job))
      : iconButton(goTo, `Go to: ${title}`, () => job && this.actions.show(job));
    return make("li", {}, ring, open, button);
  }

  #drawRecent(): void {
    const { recent, hasMore, query, isThere } = this.feed;
    reconcile(
      this.#recent,
      recent,
      ({ id, version }) => `${id} ${version}`,
      (job, old) => old ?? this.#tile(job),
    );
    const tiles = [...this.#recent.querySelectorAll<HTMLElement>(TILE)];
    if (!tiles.some(({ tabIndex }) => tabIndex === 0) && tiles[0]) tiles[0].tabIndex = 0;
    this.#more.hidden = !hasMore;
    const isFiltered = query.search !== "" || query.project !== null;
    const none = isFiltered ? "No clip is like this." : "Clips appear here when they are made.";
    this.#empty.textContent = recent.length === 0 && isThere ? none : "";
  }

  #tile(job: Job): HTMLElement {
    const [clip] = job.clips;
    const picture = clip?.poster
      ? make("img", { src: this.feed.address(clip.poster), alt: "", loading: "lazy", draggable: "false" })
      : make("span", { class: "jp-videogen-none" }, noPicture.element({ tag: "span" }));
    const tile: HTMLButtonElement = make(
      "button",
      {
        type: "button",
        class: "jp-videogen-tile",
        title: job.prompt,
        tabindex: "-1",
        draggable: "true",
        click: () => this.actions.show(job),
        dragstart: ({ dataTransfer }: DragEvent) => dataTransfer?.setData(JOB_TYPE, job.id),
        pointerenter: () => clip && play(tile, this.feed.address(clip.url)),
        focus: () => clip && play(tile, this.feed.address(clip.url)),
        pointerleave: () => rest(tile),
        blur: () => rest(tile),
      },
      picture,
      job.starred
        ? make("span", { class: "jp-videogen-star", role: "img", "aria-label": "starred" }, "★")
        : null,
      make("span", { class: "jp-videogen-prompt" }, job.prompt),
    );
    return make("li", {}, tile);
  }

  #drawSpending(): void {
    const { spending } = this.feed;
    const meters = spending ? toMeters(spending) : [];
    this.#spending.hidden = meters.length === 0;
    if (!spending) return;
    const rest = describeRest(spending).map((words) => make("span", {}, words));
    this.#spending.replaceChildren(
      ...meters.flatMap(drawMeter),
      ...(rest.length > 0 ? [make("p", {}, ...rest)] : []),
    );
  }
}

function drawMeter({ label, used, of, part }: Meter): HTMLElement[] {
  const words = make("div", {}, make("span", {}, label), make("span", {}, make("b", {}, used), of));
  if (part === null) return [words];
  return [words, make("progress", { "aria-label": label, max: "1", value: String(part) })];
}

/** What a line begins with, where that is a number: it stands out. */
const FIGURE = /^(\d+(?: %)?)?(.*)$/;
const TILE = ".jp-videogen-tile";

function iconButton(icon: typeof plus, label: string, click: () => void): HTMLButtonElement {
  const button = make("button", {
    type: "button",
    class: "jp-videogen-icon",
    "aria-label": label,
    title: label,
    click,
  });
  button.append(icon.element({ tag: "span" }));
  return button;
}

function play(tile: HTMLElement, address: string): void {
  if (isCalm() || tile.querySelector("video")) return;
  const video = make("video", { src: address, loop: true, playsinline: true, "aria-hidden": "true" });
  video.muted = true;
  video.addEventListener("playing", () => video.classList.add("is-playing"));
  tile.prepend(video);
  void video.play().catch(() => video.remove()); // gone from the disk, or taken away before it began
}

function rest(tile: HTMLElement): void {
  const video = tile.querySelector("video");
  video?.removeAttribute("src");
  video?.load(); // ends its request
  video?.remove();
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -2, ArrowDown: 2 };

/** One tile is in the tab order; arrows move among the two columns, Home and End to the ends. */
function moveFocus(event: KeyboardEvent): void {
  const tiles = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(TILE)];
  const at = tiles.indexOf(event.target as HTMLElement);
  const step = STEPS[event.key];
  const to =
    event.key === "Home" ? 0 : event.key === "End" ? tiles.length - 1 : step === undefined ? -1 : at + step;
  const next = tiles[to];
  if (!next) return;
  event.preventDefault();
  for (const tile of tiles) tile.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
