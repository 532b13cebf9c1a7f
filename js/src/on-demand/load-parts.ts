/** Loads the module of the parts from the kernel, as the host loaded this one: from a text, by a blob's URL. */

import type { KernelConnection } from "../kernel/connection";
import { RetryTiming } from "../kernel/retry-timing";
import type * as parts from "../parts";
import * as kit from "./kit";

export type Parts = typeof parts;
/** Names the very build that fits this page; the bundler puts it here. */
declare const PARTS_BUILD: string;

async function importText(text: string): Promise<Parts> {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    const module = (await import(url)) as { default(shared: typeof kit): Parts };
    return module.default(kit);
  } finally {
    URL.revokeObjectURL(url);
  }
}

let loaded: Promise<Parts | null> | undefined;

async function load(connection: KernelConnection): Promise<Parts | null> {
  const ack = await connection.askUntilAnswered({ type: "module", build: PARTS_BUILD }, new RetryTiming());
  if (ack?.error) throw new Error(`${ack.error.message} ${ack.error.next}`);
  return ack?.text ? importText(ack.text) : null;
}

/**
 * Load them once for all views of the page; null where the kernel has gone. Throws what the kernel says where it has another
 * version of the package.
 */
export async function loadParts(connection: KernelConnection): Promise<Parts | null> {
  loaded ??= load(connection);
  const parts = await loaded.catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  if (parts === null) loaded = undefined;
  return parts;
}
