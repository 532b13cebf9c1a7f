/** The place of a module in the widget: empty until the module is loaded. */

import { useLayoutEffect, useState } from "preact/hooks";
import type { View } from "../state/view";
import { loadModule, type ModuleComponent, type ModuleName } from "./load-module";

export function ModulePlace({ view, name }: { view: View; name: ModuleName }) {
  const { connection } = view.session;
  const [Module, setModule] = useState<ModuleComponent | null>(null);
  const [fault, setFault] = useState("");
  const isAway = connection.disconnected.value;
  useLayoutEffect(() => {
    if (Module !== null || isAway) return;
    loadModule(connection, name).then(
      (loaded) => setModule(() => loaded),
      (error: Error) => setFault(error.message),
    );
  }, [isAway]);
  if (Module) return <Module view={view} />;
  return fault ? <p class="videogen-card videogen-hint">{fault}</p> : null;
}
