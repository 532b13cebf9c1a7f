/** Draws our MIME type: the live widget where the page has it, else the HTML that is saved with it. */

import type { IConsoleTracker } from "@jupyterlab/console";
import type { INotebookTracker, SessionContext, Signal } from "@jupyterlab/notebook";
import type { Factory, IRenderMimeRegistry, Model, Renderer, RendererOptions } from "@jupyterlab/rendermime";
import { Panel } from "@lumino/widgets";
import { keepBlobs } from "./blobs";
import { type Content, MIME, readContent, type ToldJob, VIEW } from "./bundle";
import type { FedRecords } from "./fed-records";

/** Above the widget view, whose rank is -10. */
const RANK = -20;
/** Milliseconds after drawing. The widget manager restores its models some time after the kernel is connected, and says so to nobody. */
const LATER = [50, 200, 600, 1500, 4000];
/** When they have all been in vain. */
const LAST = 5000;
const HTML = "text/html";

/** The notebook or the console that an output stands in. */
export interface Place {
  readonly rendermime: IRenderMimeRegistry;
  readonly sessionContext: SessionContext;
}

export interface Surroundings {
  readonly registry: IRenderMimeRegistry;
  readonly notebooks: INotebookTracker;
  readonly consoles: IConsoleTracker | null;
  /** Draws records of unfinished jobs as cards that the server feeds. */
  readonly records: FedRecords;
  onJobs(jobs: readonly ToldJob[], node: HTMLElement): void;
}

/** Find the place whose outputs are drawn with this resolver: each has one of its own. */
function findPlace({ notebooks, consoles }: Surroundings, resolver: unknown): Place | null {
  const notebook = notebooks.find((panel) => panel.content.rendermime.resolver === resolver);
  if (notebook) return { rendermime: notebook.content.rendermime, sessionContext: notebook.sessionContext };
  const panel = consoles?.find((one) => one.console.rendermime.resolver === resolver);
  return panel ? { rendermime: panel.console.rendermime, sessionContext: panel.sessionContext } : null;
}

/** How many views of each widget the page shows: they stay, and say so, when their kernel restarts. */
const onView = new Map<string, number>();

function count(modelId: string, by: number): void {
  if (modelId) onView.set(modelId, (onView.get(modelId) ?? 0) + by);
}

/** One output of ours. */
export class Output extends Panel {
  #model: Model | null = null;
  #place: Place | null = null;
  #shown: Renderer | null = null;
  /** The widget that is on view, or is being drawn. */
  #live = "";
  /** The HTML that is on view, and whether its records stand below a widget. */
  #html = "";
  #isBelow = false;
  /** The host asks anew for each change of the data while it still draws: only the newest drawing counts. */
  #round = 0;
  #timers: number[] = [];
  /** Ends the cards that stand in the place of records. */
  #cards = new AbortController();
  #isFed = false;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly options: RendererOptions,
  ) {
    super();
    this.addClass("videogen-output");
  }

  async renderModel(model: Model): Promise<void> {
    this.#model = model;
    const content = readContent(model.data);
    if (model.trusted) this.surroundings.onJobs(content.jobs, this.node);
    await this.#draw(model, content);
    this.#stopLooking();
    if (model.trusted && content.modelId && !this.#live) {
      this.#timers = LATER.map((after) => window.setTimeout(this.#look, after));
      this.#timers.push(window.setTimeout(this.#enliven, LAST));
    }
    if (!this.#mayLive(content)) this.#enliven();
  }

  /** Whether the kernel may still have the widget of this output: its manager says late what it has. */
  #mayLive({ modelId }: Content): boolean {
    return modelId !== "" && Boolean(this.#place?.sessionContext.session?.kernel);
  }

  /** Without a kernel's widget, let the server tell what became of unfinished jobs. */
  readonly #enliven = (): void => {
    if (!this.#model?.trusted || this.isDisposed || !this.#html || this.#isFed) return;
    const { jobs, modelId } = readContent(this.#model.data);
    if (modelId && this.#isServed(modelId)) return; // that page is on view, and asks by itself
    this.#isFed = true;
    void this.surroundings.records.enliven(this.node, jobs, this.options.resolver, this.#cards.signal);
  };

  #endCards(): void {
    this.#cards.abort();
    this.#cards = new AbortController();
    this.#isFed = false;
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#stopLooking();
    this.#endCards();
    for (const signal of this.#signals) signal.disconnect(this.#look);
    this.#setLive("");
    super.dispose();
  }

  /** Tells that the kernel's widgets may have come or gone. */
  get #signals(): readonly Signal<unknown>[] {
    const context = this.#place?.sessionContext;
    if (!context) return [];
    return [
      context.statusChanged,
      context.kernelChanged,
      context.connectionStatusChanged,
      context.sessionChanged,
    ];
  }

  readonly #look = (): void => {
    if (!this.#model || this.isDisposed || this.#live) return;
    const content = readContent(this.#model.data);
    void this.#draw(this.#model, content).then(() => this.#mayLive(content) || this.#enliven());
  };

  #stopLooking(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  #setLive(modelId: string): void {
    count(this.#live, -1);
    this.#live = modelId;
    count(modelId, 1);
  }

  /** Whether the page has the widget. The kernel is not asked, since its answer waits for the running cell. */
  #isServed(modelId: string): boolean {
    if (!this.#place) {
      this.#place = findPlace(this.surroundings, this.options.resolver);
      for (const signal of this.#signals) signal.connect(this.#look);
    }
    const isConnected = this.#place?.sessionContext.session?.kernel?.hasComm(modelId) ?? false;
    return isConnected || (onView.get(modelId) ?? 0) > 0;
  }

  async #draw(model: Model, content: Content): Promise<void> {
    const { kind, modelId } = content;
    if (this.#live && this.#live === modelId) return;
    this.#round += 1;
    const isServed = model.trusted && modelId !== "" && this.#isServed(modelId);
    const isRecord = kind === "record" || kind === "records";
    if (isServed && !isRecord && (await this.#drawLive(modelId, this.#round))) return;
    await this.#drawHtml(model, isServed && isRecord, this.#round);
    if (isServed) this.#endCards();
    this.setHidden(isServed && kind === "record");
  }

  /** Draw the widget; false where it did not come. */
  async #drawLive(modelId: string, round: number): Promise<boolean> {
    const view = this.#place?.rendermime.createRenderer(VIEW) as WidgetView | undefined;
    this.#setLive(modelId);
    await view?.renderModel(widgetView(modelId));
    if (round !== this.#round || this.isDisposed) {
      view?.dispose();
      return true; // a newer drawing goes on
    }
    if (!view?.widgets?.length) {
      view?.dispose();
      this.#setLive("");
      return false;
    }
    this.#show(view, "");
    return true;
  }

  async #drawHtml(model: Model, isBelow: boolean, round: number): Promise<void> {
    const html = JSON.stringify([model.data[HTML], model.trusted]);
    const wasOpen = this.#outermost?.open;
    const isSame = isBelow === this.#isBelow && this.#html !== "";
    if (html !== this.#html) {
      const view = this.surroundings.registry
        .getFactory(HTML)
        ?.createRenderer({ ...this.options, mimeType: HTML, resolver: keepBlobs(this.options.resolver) });
      await view?.renderModel(model);
      if (!view || round !== this.#round || this.isDisposed) return view?.dispose();
      this.#setLive("");
      this.#show(view, html);
    }
    this.#isBelow = isBelow;
    if (this.#outermost) this.#outermost.open = isSame ? (wasOpen ?? !isBelow) : !isBelow;
  }

  /** Records fold as one: they are folded below their widget, open without it, and then as somebody leaves them. */
  get #outermost(): HTMLDetailsElement | null {
    return this.node.querySelector("details");
  }

  #show(view: Renderer, html: string): void {
    this.#endCards();
    this.#shown?.dispose();
    this.#shown = view;
    this.#html = html;
    this.addWidget(view);
  }
}

type WidgetView = Renderer & { readonly widgets?: readonly unknown[] };

const widgetView = (modelId: string): Model => ({
  data: { [VIEW]: { version_major: 2, version_minor: 0, model_id: modelId } },
  metadata: {},
  trusted: true,
  setData: () => undefined,
});

/** Teach the host to draw our MIME type. */
export function addRenderer(surroundings: Surroundings): void {
  const factory: Factory = {
    safe: true, // untrusted, only the sanitised HTML is drawn
    mimeTypes: [MIME],
    createRenderer: (options) => new Output(surroundings, options),
  };
  surroundings.registry.addFactory(factory, RANK);
}
