/** A better prompt from the user's own chat endpoint: an editable text, which is used only by a click. Nothing is ordered here. */

import { useRef, useState } from "preact/hooks";
import type { KernelConnection } from "../kernel/connection";
import { strings } from "../parts/strings";

/** What became of the question: nothing was asked, it is open, a text came, or the reason why none did. */
export type Improvement =
  | { readonly stage: "none" | "asking" }
  | { readonly stage: "text" | "failed"; readonly text: string };

export interface Improving {
  readonly improvement: Improvement;
  readonly ask: (prompt: string) => Promise<void>;
  readonly edit: (text: string) => void;
  readonly close: () => void;
}

/** One question at a time; an answer that comes after the panel was closed is dropped. */
export function useImprovement(connection: KernelConnection): Improving {
  const [improvement, setImprovement] = useState<Improvement>({ stage: "none" });
  const current = useRef<AbortController | null>(null);
  const close = () => {
    current.current?.abort();
    current.current = null;
    setImprovement({ stage: "none" });
  };
  const ask = async (prompt: string) => {
    if (current.current !== null) return;
    const until = new AbortController();
    current.current = until;
    setImprovement({ stage: "asking" });
    const ack = await connection.ask({ type: "improve", prompt }, { until: until.signal });
    if (until.signal.aborted) return;
    current.current = null;
    const error = ack?.error ? `${ack.error.message} ${ack.error.next}`.trim() : strings.noAnswer;
    setImprovement(
      ack?.ok && ack.text ? { stage: "text", text: ack.text } : { stage: "failed", text: error },
    );
  };
  return { improvement, ask, edit: (text) => setImprovement({ stage: "text", text }), close };
}
