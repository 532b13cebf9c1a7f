/** Loads a module of the page from the kernel, as the host loaded this one: from a text, by a blob's URL. */

import type * as grid from "../grid";
import type { KernelConnection } from "../kernel/connection";
import { RetryTiming } from "../kernel/retry-timing";
import type * as parts from "../parts";
import type * as story from "../story";
import type * as vote from "../vote";
import * as kit from "./kit";

export interface Modules {
  readonly parts: typeof parts;
  readonly grid: typeof grid;
  readonly vote: typeof vote;
  readonly story: typeof story;
}
export type ModuleName = keyof Modules;
/** Names the very builds that fit this page; the bundler puts them here. */
declare const MODULE_BUILDS: Readonly<Record<ModuleName, string>>;

async function importText<Name extends ModuleName>(text: string): Promise<Modules[Name]> {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    const module = (await import(url)) as { default(shared: typeof kit): Modules[Name] };
    return module.default(kit);
  } finally {
    URL.revokeObjectURL(url);
  }
}

const loaded = new Map<ModuleName, Promise<Modules[ModuleName] | null>>();

async function load<Name extends ModuleName>(
  connection: KernelConnection,
  name: Name,
): Promise<Modules[Name] | null> {
  const request = { type: "module", name, build: MODULE_BUILDS[name] } as const;
  const ack = await connection.askUntilAnswered(request, new RetryTiming());
  if (ack?.error) throw new Error(`${ack.error.message} ${ack.error.next}`);
  return ack?.text ? importText<Name>(ack.text) : null;
}

/**
 * Load it once for all views of the page; null where the kernel has gone. Throws what the kernel says where it has another
 * version of the package.
 */
export async function loadModule<Name extends ModuleName>(
  connection: KernelConnection,
  name: Name,
): Promise<Modules[Name] | null> {
  const loading = loaded.get(name) ?? load(connection, name);
  loaded.set(name, loading);
  const module = await loading.catch((error: unknown) => {
    loaded.delete(name);
    throw error;
  });
  if (module === null) loaded.delete(name);
  return module as Modules[Name] | null;
}
