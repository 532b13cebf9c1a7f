/** Compares clips, from their first second on: each is seen being made, and those that are ready play in step. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import { isOpen } from "../kernel/job-state";
import type { JobView } from "../kernel/protocol.gen";
import { prefersReducedMotion } from "../state/theme";
import type { View } from "../state/view";
import * as format from "../text/format";
import { strings as page } from "../text/strings";
import { Template } from "../text/template";
import { ComparedClip } from "./compared-clip";
import { compareFacts, type Facts } from "./facts";
import { estimateLeft, getPercent } from "./job-progress";
import { getLetter } from "./letter";
import { LoopButton, PlaybackClock } from "./playback-clock";
import { strings } from "./strings";
import { SyncedPlayers } from "./synced-players";
import { Wipe } from "./wipe";

type Layout = "grid" | "wipe";

interface LayoutChipsProps {
  readonly id: string;
  readonly layout: Layout;
  readonly onLayout: (layout: Layout) => void;
}

function LayoutChips({ id, layout, onLayout }: LayoutChipsProps) {
  return (
    <fieldset class="videogen-chips">
      <legend class="videogen-visually-hidden">{strings.arrangement}</legend>
      {(["grid", "wipe"] as const).map((one) => (
        <label class="videogen-chip" key={one}>
          <input type="radio" name={id} checked={one === layout} onChange={() => onLayout(one)} />
          {strings.ways[one]}
        </label>
      ))}
    </fieldset>
  );
}

function FactsLine({ facts }: { facts: Facts }) {
  const same = facts.same.join(", ") || undefined;
  const different = facts.different.join(", ") || undefined;
  return (
    <p class="videogen-meta">
      <Template
        parts={different ? [strings.same, strings.different] : [strings.onlySame]}
        values={{ same, different }}
      />
    </p>
  );
}

/** Stands where the clock will be, until all have ended: how far they are together. */
function TotalProgress({ view, jobs }: { view: View; jobs: readonly JobView[] }) {
  const { clock } = view.session.connection;
  const alive = jobs.filter((job) => isOpen(job) || job.clip !== null);
  const done = alive.reduce((sum, job) => sum + (job.clip ? 100 : (getPercent(job) ?? 0)), 0);
  const percent = alive.length === 0 ? 0 : done / alive.length;
  const open = jobs.filter(isOpen);
  const rest = open.map((job) => estimateLeft(job, clock.secondsSince(job.created_at)));
  const left = rest.every((one) => one !== null) ? Math.max(...rest) : 0;
  const values = {
    ready: String(jobs.filter(({ clip }) => clip !== null).length),
    clips: String(jobs.length),
    time: left > 0 ? format.duration(left) : undefined,
  };
  return (
    <div class="videogen-compared-total">
      <div
        class="videogen-bar"
        data-mode="fill"
        role="progressbar"
        aria-label={strings.progress}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(percent)}
        style={{ "--videogen-done": `${percent}%` }}
      >
        <i />
      </div>
      <p class="videogen-meta">
        <Template parts={[strings.ready, strings.left]} values={values} between=" · " />
      </p>
    </div>
  );
}

/** The focus comes to a comparison that opens over something, and goes back to what opened it. */
function useFocus(isClosable: boolean) {
  const node = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const root = node.current?.closest(".videogen");
    if (!isClosable || !root) return;
    node.current?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
    // What lies under it takes the focus once it is drawn again.
    return () =>
      requestAnimationFrame(() => root.querySelector<HTMLElement>("[data-opens=comparison]")?.focus());
  }, []);
  return node;
}

/** Plays while it is in view, from the moment when a clip can play; held by a person, it stays where it is. */
function useAutoplay(node: { readonly current: HTMLElement | null }, players: SyncedPlayers): () => void {
  const isInView = useRef(true);
  const isMeantToPlay = useRef(false);
  useLayoutEffect(() => {
    if (!node.current || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(([entry]) => {
      const isNow = entry?.isIntersecting ?? true;
      if (isInView.current && !isNow) {
        isMeantToPlay.current = players.playing.peek();
        players.pause();
      } else if (isNow && isMeantToPlay.current) players.play();
      isInView.current = isNow;
    });
    observer.observe(node.current);
    return () => observer.disconnect();
  }, [players]);
  return () => {
    isMeantToPlay.current = !prefersReducedMotion();
    if (isInView.current && isMeantToPlay.current) players.replay();
  };
}

interface CompareProps {
  readonly view: View;
  readonly jobs: readonly JobView[];
  /** Missing when the widget shows nothing but the comparison. */
  readonly onClose?: () => void;
}

export function Compare({ view, jobs, onClose }: CompareProps) {
  const players = useMemo(() => {
    const made = new SyncedPlayers(-1);
    made.loops = true;
    return made;
  }, []);
  const node = useFocus(onClose !== undefined);
  const onPlayable = useAutoplay(node, players);
  const [audible, setAudible] = useState(-1);
  const [layout, setLayout] = useState<Layout>("grid");
  const [isShifting, setShifting] = useState(false);
  const [edge, setEdge] = useState(50);
  const facts = compareFacts(jobs);
  const isWaiting = jobs.some(isOpen);
  useLayoutEffect(() => (isWaiting ? view.session.connection.clock.start() : undefined), [isWaiting]);
  const canWipe = jobs.length === 2 && jobs.every(({ clip }) => clip !== null);
  const isWipe = layout === "wipe" && canWipe;
  const unmute = (index: number) => {
    const next = index === audible ? -1 : index;
    players.unmute(next);
    setAudible(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || onClose === undefined) return;
    event.preventDefault();
    onClose();
  };
  const prompt = facts.different.includes(strings.compared.prompt) ? undefined : jobs[0]?.prompt;
  const style = {
    "--videogen-columns": String(Math.min(jobs.length, 3)),
    "--videogen-edge-at": `${edge}%`,
    "--videogen-width": String(jobs[0]?.clip?.width ?? 16),
    "--videogen-height": String(jobs[0]?.clip?.height ?? 9),
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside take the focus, and Escape is heard here
    <div ref={node} class="videogen-compare" data-layout={isWipe ? "wipe" : "grid"} onKeyDown={onKeyDown}>
      <div class="videogen-compare-bar">
        <span class="videogen-title">
          <Icon name="compare" />
          {page.compare}
        </span>
        <span class="videogen-compared-prompt" title={prompt}>
          <bdi>{prompt}</bdi>
        </span>
        {canWipe && <LayoutChips id={`${view.id}-way`} layout={layout} onLayout={setLayout} />}
        <IconButton
          icon="proceed"
          label={strings.shift}
          bare
          pressed={isShifting}
          onClick={() => setShifting(!isShifting)}
        />
        {onClose && <IconButton bare icon="close" label={strings.close} onClick={onClose} />}
      </div>
      <FactsLine facts={facts} />
      <div class="videogen-clips" style={style}>
        {jobs.map((job, index) => (
          <ComparedClip
            key={job.id}
            view={view}
            job={job}
            letter={getLetter(index)}
            values={facts.values[index] ?? []}
            isAudible={index === audible}
            isShifting={isShifting}
            players={players}
            onUnmute={() => unmute(index)}
            onPlayable={onPlayable}
          />
        ))}
        {isWipe && <Wipe edge={edge} onMove={setEdge} />}
      </div>
      {isWaiting ? (
        <TotalProgress view={view} jobs={jobs} />
      ) : (
        <PlaybackClock players={players}>
          <LoopButton players={players} />
        </PlaybackClock>
      )}
    </div>
  );
}
