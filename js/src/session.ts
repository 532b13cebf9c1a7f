/** What the views of one model share: the kernel, the draft, and which of its faults were already dealt with. */

import { effect } from "@preact/signals";
import { Draft, isField } from "./draft";
import { Host, type Model } from "./host";
import type { ErrorView, FormView, JobView } from "./protocol.gen";

/** On which terms a request is sent. */
export interface Terms {
  /** Make another, though the same request has been made. */
  readonly new: boolean;
  /** The answer to the question of a budget. */
  readonly yes: boolean;
}

export class Session {
  readonly host: Host;
  readonly draft = new Draft();
  readonly #endings: (() => void)[] = [];

  constructor(model: Model) {
    this.host = new Host(model);
    this.#endings.push(effect(this.#takeForm), effect(this.#takeJobError), effect(this.#takeRefusal));
  }

  /** The one way to start a job: checks, sends once, or points at what is missing. */
  generate(form: FormView, terms: Partial<Terms> = {}): void {
    const flaw = this.draft.check(form);
    this.draft.flaw.value = flaw;
    if (flaw !== null) return;
    this.host.send({ type: "generate", request: this.draft.request(form), new: false, yes: false, ...terms });
  }

  /** Make a job's request once more, on purpose. */
  again(job: JobView): void {
    this.host.send({ type: "generate", request: job.request, new: true, yes: false });
  }

  dispose(): void {
    for (const end of this.#endings) end();
    this.host.dispose();
  }

  #start = "";
  /** A form that was only re-sent must not overwrite what somebody is typing. */
  readonly #takeForm = (): void => {
    const form = this.host.form.value;
    if (form === null) return;
    const start = JSON.stringify([form.start, form.models]);
    if (start === this.#start) return;
    this.#start = start;
    this.draft.load(form);
  };

  #blamed = "";
  readonly #takeJobError = (): void => {
    const job = this.host.job.value;
    if (job?.state !== "failed" || job.id === this.#blamed) return;
    this.#blamed = job.id;
    this.#blame(job.error);
  };

  readonly #takeRefusal = (): void => {
    const refusal = this.host.refusal.value;
    if (refusal?.about === "generate") this.#blame(refusal.error);
  };

  #blame(error: ErrorView | null): void {
    if (error !== null && isField(error.field) && this.host.form.peek() !== null) {
      this.draft.flaw.value = { field: error.field, message: error.message };
    }
  }
}
