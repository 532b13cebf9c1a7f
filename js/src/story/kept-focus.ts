/** The focus never falls to the page: where what had it has gone, it goes to what is left of its part, or to a shot. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const CONTROL = ':is(button, textarea):not(:disabled, [tabindex="-1"])';

export function useKeptFocus(root: RefObject<HTMLElement | null>, getShot: () => number) {
  /** The part that has the focus; null where a person has left the story. */
  const part = useRef<string | null>(null);
  useLayoutEffect(() => {
    const page = root.current?.ownerDocument;
    const leave = ({ target }: PointerEvent) => {
      if (!root.current?.contains(target as Node)) part.current = null;
    };
    page?.addEventListener("pointerdown", leave, true);
    return () => page?.removeEventListener("pointerdown", leave, true);
  }, []);
  useLayoutEffect(() => {
    const { activeElement, body } = (root.current?.getRootNode() ?? {}) as Partial<Document>;
    if (part.current === null || (activeElement && activeElement !== body)) return;
    const find = (selector: string) => root.current?.querySelector<HTMLElement>(selector);
    const shot = find(`[data-shot="${getShot()}"]`);
    const left = part.current === "strip" ? shot : find(`[data-part="${part.current}"] ${CONTROL}`);
    (left ?? shot ?? find(".videogen-strip button"))?.focus({ preventScroll: true });
  });
  return {
    onFocusIn: ({ target }: FocusEvent) => {
      part.current = (target as Element).closest<HTMLElement>("[data-part]")?.dataset["part"] ?? "";
    },
    // What is taken out of the page has lost the focus for no person's doing: then nothing has it next.
    onFocusOut: ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget && !root.current?.contains(relatedTarget as Node)) part.current = null;
    },
  };
}
