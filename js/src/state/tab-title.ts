/** Marks the title of a tab that nobody looks at when a job ends, until somebody does. */

const MARKS = { succeeded: "\u2713 ", other: "! " } as const;

export function markTitle(isReady: boolean): void {
  if (!document.hidden) return;
  const mark = isReady ? MARKS.succeeded : MARKS.other;
  const unmark = () => {
    const marked = Object.values(MARKS).find((one) => document.title.startsWith(one));
    if (marked) document.title = document.title.slice(marked.length);
  };
  unmark();
  document.title = mark + document.title;
  document.addEventListener("visibilitychange", unmark, { once: true });
}
