/** What compared jobs share, said once, and in what they differ, said under each. */

import type { JobView, RequestView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { fill } from "../text/template";
import { strings } from "./strings";

type Name = keyof typeof strings.compared;
const names = Object.keys(strings.compared) as Name[];

const getValue = (job: JobView, name: Name): RequestView[Name] | string =>
  // The job knows which model a request without one went to, and which seed was drawn for it.
  name === "model" ? job.model : (job.request[name] ?? (name === "seed" ? job.seed : null));

function formatValue(name: Name, value: unknown): string {
  if (value === null || value === "") return `${strings.compared[name]}: ${strings.none}`;
  if (name === "duration") return format.seconds(Number(value));
  if (name === "size") return format.size(String(value));
  if (name === "seed") return fill(strings.seed, { seed: String(value) });
  if (name === "fps") return fill(strings.fps, { fps: String(value) });
  return String(value);
}

export interface Facts {
  /** What all have, in words; the prompt by its name alone. */
  readonly same: readonly string[];
  /** The names of the settings in which they differ. */
  readonly different: readonly string[];
  /** The differing values of each job. */
  readonly values: readonly (readonly string[])[];
}

/** Nobody says how a file was made: it has its name, and nothing else to compare. */
const isFile = ({ provider }: JobView): boolean => provider === "";

export function compareFacts(jobs: readonly JobView[]): Facts {
  const made = jobs.filter((job) => !isFile(job));
  const [first] = made;
  const isSame = (name: Name) => {
    const compared = name === "model" ? jobs : made;
    return new Set(compared.map((job) => JSON.stringify(getValue(job, name)))).size <= 1;
  };
  const describe = (job: JobView, name: Name) => formatValue(name, getValue(job, name));
  const isGiven = (job: JobView, name: Name) => ![null, "", undefined].includes(getValue(job, name) as null);
  const differing = names.filter((name) => !isSame(name));
  const shared = names.filter((name) => isSame(name) && first !== undefined && isGiven(first, name));
  return {
    same: shared.map((name) =>
      name === "prompt" || !first ? strings.compared.prompt : describe(first, name),
    ),
    different: differing.map((name) => strings.compared[name]),
    values: jobs.map((job) => (isFile(job) ? [job.model] : differing.map((name) => describe(job, name)))),
  };
}
