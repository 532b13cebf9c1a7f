/** What every stand-in does: it hands modules and clips over, and says no to what a rehearsal has not. */

import type { JobView, PageMessage, WidgetState } from "../src/kernel/protocol.gen";
import type { ClipShelf } from "./clips";
import type { RehearsalData } from "./data";
import type { Later, RehearsedJob } from "./job";
import { readLibrary } from "./library";
import type { LoadPack } from "./packs";
import { type Outcome, Refusal, refuse, StandInModel } from "./stand-in-model";

/** What all stand-ins of a page share. */
export interface Stage {
  readonly data: RehearsalData;
  readonly clips: ClipShelf;
  readonly load: LoadPack;
  readonly later: Later;
}

/** The largest piece of a clip in one answer, as the kernel has it. */
const MAX_PIECE_BYTES = 4 << 20;

export abstract class StandInKernel {
  readonly model: StandInModel;
  readonly stage: Stage;
  protected readonly jobs = new Map<string, RehearsedJob>();

  constructor(stage: Stage, state: Partial<WidgetState>) {
    this.stage = stage;
    const resolveUrl = (path: string) => this.#resolve(path);
    this.model = new StandInModel(state, (message) => this.handle(message), { resolveUrl });
  }

  /** Answer a message; throws `Refusal`. */
  protected handle(message: PageMessage): Outcome | Promise<Outcome> {
    switch (message.type) {
      case "hello":
        this.retell();
        return {};
      case "module":
        return this.#readModule(message.name);
      case "fetch":
        return this.#readClip(message.job_id, message.offset, message.length);
      case "posters":
        return this.#readStills(message.job_ids);
      case "poster":
        return {};
      case "star":
        this.getJob(message.job_id).change({ starred: message.on });
        return {};
      case "history":
        return { ack: { page: readLibrary(this.#listViews(), message) } };
      case "detail":
        return { ack: { job: this.getJob(message.job_id).view } };
      default:
        throw refuse();
    }
  }

  /** Tell the state once more: a view was drawn. */
  protected retell(): void {}

  /** Return a job by its id; throws `Refusal` where there is none. */
  protected getJob(id: string): RehearsedJob {
    const job = this.jobs.get(id);
    if (job === undefined) throw new Refusal(`There is no job ${id}.`, "", "invalid_request");
    return job;
  }

  /** Return a piece of a clip. */
  protected async readPiece(film: string, offset: number, length: number): Promise<Outcome> {
    const { bytes } = await this.stage.clips.get(film);
    const [start, end] = [Math.max(offset, 0), Math.max(offset, 0) + Math.min(length, MAX_PIECE_BYTES)];
    return { buffers: [new DataView(bytes.slice(start, end).buffer)] };
  }

  #listViews(): readonly JobView[] {
    return [...this.jobs.values()].map(({ view }) => view);
  }

  async #readModule(name: string): Promise<Outcome> {
    return { ack: { text: await this.stage.load(name) } };
  }

  #readClip(id: string, offset: number, length: number): Promise<Outcome> {
    return this.readPiece(this.getJob(id).film, offset, length);
  }

  async #readStills(ids: readonly string[]): Promise<Outcome> {
    const read = async (id: string) => {
      const film = this.jobs.get(id)?.film;
      return new DataView(film ? (await this.stage.clips.get(film)).still.buffer : new ArrayBuffer(0));
    };
    return { buffers: await Promise.all(ids.map(read)) };
  }

  /** The address of a clip by its path, as a notebook's server would give one. */
  async #resolve(path: string): Promise<string> {
    const job = [...this.jobs.values()].find(({ view }) => view.saves_as === decodeURIComponent(path));
    return job ? this.stage.clips.getUrl(job.film) : path;
  }
}
