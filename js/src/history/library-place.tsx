/** The place of the library in the widget: empty until its module is loaded. */

import { useLayoutEffect, useState } from "preact/hooks";
import type { View } from "../state/view";
import { type LibraryComponent, loadLibrary } from "./load-library";

export function LibraryPlace({ view }: { view: View }) {
  const { connection } = view.session;
  const [Library, setLibrary] = useState<LibraryComponent | null>(null);
  const [fault, setFault] = useState("");
  const isAway = connection.disconnected.value;
  useLayoutEffect(() => {
    if (Library !== null || isAway) return;
    loadLibrary(connection).then(
      (loaded) => setLibrary(() => loaded),
      (error: Error) => setFault(error.message),
    );
  }, [isAway]);
  if (Library) return <Library view={view} />;
  return fault ? <p class="videogen-card videogen-hint">{fault}</p> : null;
}
