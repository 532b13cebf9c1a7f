/** What one output of ours holds, and what of it is saved. */

import type { Data } from "@jupyterlab/rendermime";

export const MIME = "application/vnd.jupyter-videogen+json";
export const VIEW = "application/vnd.jupyter.widget-view+json";
const HTML = "text/html";
const PLAIN = "text/plain";

export interface ToldJob {
  readonly id: string;
  readonly state: string;
  readonly title: string;
}

/** Written by `notebook/saved_output.py`. */
export interface Content {
  readonly kind: string;
  /** The widget that this output shows, or that the records in it stand below. */
  readonly modelId: string;
  readonly jobs: readonly ToldJob[];
  /** The grid whose table it is; empty for others. */
  readonly grid: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
/** Saved notebooks hold a text as a list of lines, too. */
export const joined = (value: unknown): string =>
  Array.isArray(value) ? value.map(text).join("") : text(value);

function isJob(value: unknown): value is ToldJob {
  return isObject(value) && ["id", "state", "title"].every((name) => typeof value[name] === "string");
}

/** Read what is ours in an output; a notebook may hold anything. */
export function readContent(data: Data): Content {
  const own = isObject(data[MIME]) ? data[MIME] : {};
  const jobs = Array.isArray(own["jobs"]) ? own["jobs"].filter(isJob) : [];
  return { kind: text(own["kind"]), modelId: text(own["model_id"]), jobs, grid: text(own["grid"]) };
}

const ENDED =
  '<p style="opacity:.75">The interactive part of this output ended with its kernel. Run the cell again to get it back.</p>';
/** Its inside is only ever written by us: what came from outside is escaped there. */
const FOLDED = /(<figure class="videogen-record"[^>]*>|^)(<details(?: class="videogen-records")?)>/g;

/** A notebook saved by 0.1.0 without this extension holds its widgets so; no other widget says this text. */
const isOlder = (data: Data): boolean =>
  isObject(data[VIEW]) && !data[MIME] && joined(data[PLAIN]) === "videogen";

const open = (html: string): string => html.replace(FOLDED, "$1$2 open>");

/**
 * Return an output as it is to be saved, or null where it is right as it is: without the widget view, which reads
 * "model not found" once the kernel has ended, and with its records open.
 */
export function savedForm(data: Data): Data | null {
  const html = joined(data[HTML]);
  if (isOlder(data)) {
    const { [VIEW]: view, ...rest } = data;
    const own = { v: 1, kind: "form", model_id: text(isObject(view) ? view["model_id"] : "") };
    return { ...rest, [MIME]: own, [HTML]: ENDED };
  }
  const isOurs = MIME in data || html.startsWith('<figure class="videogen-record"');
  if (!isOurs) return null;
  const { [VIEW]: view, ...rest } = data;
  const opened = open(html);
  if (!view && opened === html) return null;
  return html ? { ...rest, [HTML]: opened } : rest;
}
