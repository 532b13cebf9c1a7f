/** Loads the library's module from the kernel, as the host loaded this one: from a text, by a blob's URL. */

import type { ComponentType } from "preact";
import type { KernelConnection } from "../kernel/connection";
import { RetryTiming } from "../kernel/retry-timing";
import type { View } from "../state/view";
import * as kit from "./kit";

export type LibraryComponent = ComponentType<{ readonly view: View }>;
/** Names the very build that fits this page; the bundler puts it here. */
declare const LIBRARY_BUILD: string;

async function importText(text: string): Promise<LibraryComponent> {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    const module = (await import(url)) as { default(shared: typeof kit): LibraryComponent };
    return module.default(kit);
  } finally {
    URL.revokeObjectURL(url);
  }
}

let loaded: Promise<LibraryComponent | null> | undefined;

async function load(connection: KernelConnection): Promise<LibraryComponent | null> {
  const ack = await connection.askUntilAnswered({ type: "module", build: LIBRARY_BUILD }, new RetryTiming());
  if (ack?.error) throw new Error(`${ack.error.message} ${ack.error.next}`);
  return ack?.text ? importText(ack.text) : null;
}

/**
 * Load it once for all views of the page; null where the kernel has gone. Throws what the kernel says where it has another
 * version of the package.
 */
export async function loadLibrary(connection: KernelConnection): Promise<LibraryComponent | null> {
  loaded ??= load(connection);
  const library = await loaded.catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  if (library === null) loaded = undefined;
  return library;
}
