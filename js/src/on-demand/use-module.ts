/** A module of the page that is loaded when a view first wants it. */

import { useLayoutEffect, useState } from "preact/hooks";
import type { View } from "../state/view";
import { loadModule, type ModuleName, type Modules } from "./load-module";

interface Loaded<Name extends ModuleName> {
  /** Null until it is there, and where it is not wanted. */
  readonly module: Modules[Name] | null;
  /** Why it can't be loaded. */
  readonly fault: string;
}

/** Load a module once it is wanted; again where the kernel had gone and is back. */
export function useModule<Name extends ModuleName>(view: View, name: Name, isWanted: boolean): Loaded<Name> {
  const { connection } = view.session;
  const [loaded, setLoaded] = useState<Loaded<Name>>({ module: null, fault: "" });
  const isDue = isWanted && loaded.module === null && !connection.disconnected.value;
  useLayoutEffect(() => {
    if (!isDue) return;
    loadModule(connection, name).then(
      (module) => setLoaded({ module, fault: "" }),
      (error: Error) => setLoaded({ module: null, fault: error.message }),
    );
  }, [isDue]);
  return loaded;
}
