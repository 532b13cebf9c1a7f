/** Loads a module of the page from the kernel, as the host loaded this one: from a text, by a blob's URL. */

import type { ComponentType } from "preact";
import type { KernelConnection } from "../kernel/connection";
import type { Module } from "../kernel/protocol.gen";
import { RetryTiming } from "../kernel/retry-timing";
import type { View } from "../state/view";
import * as kit from "./kit";

export type ModuleName = Module["name"];
export type ModuleComponent = ComponentType<{ readonly view: View }>;
/** Names the very builds that fit this page; the bundler puts them here. */
declare const MODULE_BUILDS: Readonly<Record<ModuleName, string>>;

async function importText(text: string): Promise<ModuleComponent> {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    const module = (await import(url)) as { default(shared: typeof kit): ModuleComponent };
    return module.default(kit);
  } finally {
    URL.revokeObjectURL(url);
  }
}

const loaded: Partial<Record<ModuleName, Promise<ModuleComponent | null>>> = {};

async function load(connection: KernelConnection, name: ModuleName): Promise<ModuleComponent | null> {
  const request = { type: "module", name, build: MODULE_BUILDS[name] } as const;
  const ack = await connection.askUntilAnswered(request, new RetryTiming());
  if (ack?.error) throw new Error(`${ack.error.message} ${ack.error.next}`);
  return ack?.text ? importText(ack.text) : null;
}

/**
 * Load it once for all views of the page; null where the kernel has gone. Throws what the kernel says where it has another
 * version of the package.
 */
export async function loadModule(
  connection: KernelConnection,
  name: ModuleName,
): Promise<ModuleComponent | null> {
  loaded[name] ??= load(connection, name);
  const module = await loaded[name].catch((error: unknown) => {
    delete loaded[name];
    throw error;
  });
  if (module === null) delete loaded[name];
  return module;
}
