/** What a screen reader is told: counts at most every ten seconds and at the end, failures once. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { GridView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { fill } from "../text/template";
import { strings } from "./strings";

const REST_MILLISECONDS = 10_000;

function countNews(one: string, many: string, count: number): string {
  return count === 0 ? "" : fill(count === 1 ? one : many, { count: format.integer(count) });
}

export function describe(grid: GridView): string {
  const isDone = grid.state === "ended";
  return fill(isDone ? strings.statusDone : strings.statusReady, {
    ready: format.integer(grid.ready),
    clips: format.integer(grid.clips),
  });
}

/** A text that follows another one at most every ten seconds, and at once where `isUrgent`. */
function useSeldom(text: string, isUrgent: boolean): string {
  const [said, setSaid] = useState(text);
  const last = useRef(Number.NEGATIVE_INFINITY);
  useLayoutEffect(() => {
    if (text === said) return;
    const rest = isUrgent ? 0 : Math.max(0, last.current + REST_MILLISECONDS - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      setSaid(text);
    }, rest);
    return () => clearTimeout(timer);
  }, [text, isUrgent, said]);
  return said;
}

export function Announcer({ grid }: { grid: GridView }) {
  const first = useRef({ failed: grid.failed, undecided: grid.undecided });
  const { failed, undecided } = grid;
  // Only what has failed since somebody looks on is news; after a retry there are fewer.
  first.current = {
    failed: Math.min(first.current.failed, failed),
    undecided: Math.min(first.current.undecided, undecided),
  };
  const news = [
    failed > first.current.failed && countNews(strings.alertFailedOne, strings.alertFailed, failed),
    undecided > first.current.undecided &&
      countNews(strings.alertUndecidedOne, strings.alertUndecided, undecided),
  ];
  const alarm = useSeldom(news.filter(Boolean).join(", "), false);
  const status = useSeldom(describe(grid), grid.state === "ended");
  return (
    <>
      <p class="videogen-visually-hidden" role="status">
        {status}
      </p>
      <p class="videogen-visually-hidden" role="alert">
        {alarm}
      </p>
    </>
  );
}
