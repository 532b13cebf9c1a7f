/** The parts of the page that are loaded when a view first wants one. */

import { useLayoutEffect, useState } from "preact/hooks";
import type { View } from "../state/view";
import { loadParts, type Parts } from "./load-parts";

interface Loaded {
  /** Null until they are there, and where none is wanted. */
  readonly parts: Parts | null;
  /** Why they can't be loaded. */
  readonly fault: string;
}

/** Load the parts once one is wanted; again where the kernel had gone and is back. */
export function useParts(view: View, isWanted: boolean): Loaded {
  const { connection } = view.session;
  const [loaded, setLoaded] = useState<Loaded>({ parts: null, fault: "" });
  const isDue = isWanted && loaded.parts === null && !connection.disconnected.value;
  useLayoutEffect(() => {
    if (!isDue) return;
    loadParts(connection).then(
      (parts) => setLoaded({ parts, fault: "" }),
      (error: Error) => setLoaded({ parts: null, fault: error.message }),
    );
  }, [isDue]);
  return loaded;
}
