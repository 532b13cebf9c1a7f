/** A clip in a tile: its still picture, and the clip itself, which plays under the pointer and with the focus. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ClipView } from "../kernel/protocol.gen";
import type { ClipLoader } from "../state/clip-loader";
import { prefersReducedMotion } from "../state/theme";
import type { Posters } from "./posters";

/** A clip plays after this time under the pointer or with the focus. */
const HOVER_MILLISECONDS = 120;
/** A tile without a picture looks for its clip after this time. */
const REST_MILLISECONDS = 250;

interface ClipStillProps {
  /** The job of the clip. */
  readonly id: string;
  readonly clip: ClipView;
  readonly isGone: boolean;
  readonly clips: ClipLoader;
  readonly posters: Posters;
}

/** The kept still of a clip, else a frame of the clip itself. */
export function ClipStill({ id, clip, isGone, clips, posters }: ClipStillProps) {
  const [isResting, setResting] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const url = clip.poster ? posters.get(id).value : null;
  useLayoutEffect(() => (clip.poster ? posters.want(id) : undefined), [id, clip.poster]);
  useLayoutEffect(() => {
    const timer = setTimeout(() => setResting(true), REST_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  if (url && !isBroken)
    return <img src={url} alt="" decoding="async" draggable={false} onError={() => setBroken(true)} />;
  const address = (url === null || isBroken) && isResting && !isGone ? clips.locate(clip, id).value : null;
  return address ? (
    <video src={`${address}#t=0.5`} muted playsInline preload="metadata" tabIndex={-1} aria-hidden="true" />
  ) : null;
}

interface ClipPreviewProps {
  /** The job of the clip. */
  readonly id: string;
  readonly clip: ClipView;
  readonly clips: ClipLoader;
  /** It is paused, and keeps its time. */
  readonly isResting?: boolean;
}

/** The clip itself, without sound. */
export function ClipPreview({ id, clip, clips, isResting = false }: ClipPreviewProps) {
  const address = clips.locate(clip, id).value;
  return address ? <LoopingVideo address={address} isResting={isResting} /> : null;
}

export function LoopingVideo({ address, isResting = false }: { address: string; isResting?: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => {
    if (isResting) video.current?.pause();
    else void video.current?.play()?.catch(() => undefined);
  }, [address, isResting]);
  return <video ref={video} src={address} muted loop playsInline tabIndex={-1} aria-hidden="true" />;
}

/** `isNear` is true while the pointer or the focus is there, `isOn` a moment later; never where motion is reduced. */
export function usePreview() {
  const [isNear, setNear] = useState(false);
  const [isOn, setOn] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLayoutEffect(() => () => clearTimeout(timer.current), []);
  const start = () => {
    clearTimeout(timer.current);
    setNear(true);
    if (!prefersReducedMotion()) timer.current = setTimeout(() => setOn(true), HOVER_MILLISECONDS);
  };
  const stop = () => {
    clearTimeout(timer.current);
    setNear(false);
    setOn(false);
  };
  return {
    isNear,
    isOn,
    events: { onPointerEnter: start, onPointerLeave: stop, onFocusIn: start, onFocusOut: stop },
  };
}
