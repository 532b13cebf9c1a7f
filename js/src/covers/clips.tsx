/** Chooses what a card's clip is compared with: the newest other clips of this notebook, those of the same prompt first. */

import { batch } from "@preact/signals";
import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { Icon } from "../components/icons";
import type { JobView, TileView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { Posters } from "../sheet/posters";
import { MAX_SELECTED } from "../state/history";
import type { View } from "../state/view";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { CoverFrame } from "./cover-frame";

/** As many as somebody looks through; the library has the others. */
const MAX_OFFERED = 60;

/** The other clips that are there, those of the same prompt first, each kind from the newest on. */
export function rankClips(tiles: readonly TileView[], job: JobView): readonly TileView[] {
  const others = tiles.filter(({ id, clip, gone }) => id !== job.id && clip !== null && !gone);
  const isAlike = ({ prompt }: TileView) => job.prompt.startsWith(prompt);
  return [...others.filter(isAlike), ...others.filter((one) => !isAlike(one))];
}

interface ChoiceProps {
  readonly tile: TileView;
  readonly posters: Posters;
  readonly isPicked: boolean;
  /** As many as can be compared are picked. */
  readonly isFull: boolean;
  readonly onToggle: () => void;
}

function Choice({ tile, posters, isPicked, isFull, onToggle }: ChoiceProps) {
  useLayoutEffect(() => (tile.clip?.poster ? posters.want(tile.id) : undefined), [tile.id]);
  const url = posters.get(tile.id).value;
  const seconds = tile.clip?.seconds ?? tile.duration;
  const values = {
    model: tile.model,
    length: seconds === null ? undefined : format.seconds(seconds),
    day: format.day(tile.created_at),
  };
  return (
    <label class="videogen-choice" title={tile.prompt}>
      <input type="checkbox" checked={isPicked} disabled={isFull && !isPicked} onChange={onToggle} />
      <span class="videogen-choice-picture">{url && <img src={url} alt="" draggable={false} />}</span>
      <span class="videogen-choice-words">
        <bdi>{tile.prompt}</bdi>
        <small>
          <Template parts={["[model]", "{length}", "{day}"]} values={values} between=" · " />
        </small>
      </span>
    </label>
  );
}

/** What is said above the choices. */
function describe(tiles: readonly TileView[] | null, fault: string): string {
  if (fault) return fault;
  if (tiles === null) return strings.loadingTile;
  return tiles.length > 0 ? strings.compareWith : strings.noOtherClip;
}

interface ClipsProps {
  readonly view: View;
  readonly job: JobView;
  readonly onClose: () => void;
}

export function Clips({ view, job, onClose }: ClipsProps) {
  const { connection, history } = view.session;
  const posters = useMemo(() => new Posters(connection), [connection]);
  const [tiles, setTiles] = useState<readonly TileView[] | null>(null);
  const [fault, setFault] = useState("");
  const [picked, setPicked] = useState<readonly string[]>([]);
  const load = async () => {
    const filters = { scope: "notebook", search: "", starred: false, model: "", stages: ["ready"] } as const;
    const ack = await connection.ask({ type: "history", ...filters, offset: 0, limit: MAX_OFFERED });
    const found = rankClips(ack?.page?.tiles ?? [], job);
    setFault(ack?.ok ? "" : (ack?.error?.message ?? strings.noAnswer));
    setTiles(found);
    setPicked(found.slice(0, 1).map(({ id }) => id));
  };
  useLayoutEffect(() => void load(), []);
  useLayoutEffect(() => () => posters.dispose(), [posters]);
  const compare = async () => {
    await Promise.all(picked.map((id) => history.fetchJob(id)));
    batch(() => {
      history.selected.value = [job.id, ...picked];
      view.isComparing.value = true;
      view.overlay.value = null;
    });
  };
  const toggle = (id: string) =>
    setPicked(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id]);
  return (
    <CoverFrame
      label={strings.compare}
      heading={
        <>
          <Icon name="compare" />
          <span aria-live="polite">{describe(tiles, fault)}</span>
        </>
      }
      onClose={onClose}
    >
      <div class="videogen-choices">
        {tiles?.map((tile) => (
          <Choice
            key={tile.id}
            tile={tile}
            posters={posters}
            isPicked={picked.includes(tile.id)}
            isFull={picked.length >= MAX_SELECTED - 1}
            onToggle={() => toggle(tile.id)}
          />
        ))}
      </div>
      <div class="videogen-cover-foot">
        <span class="videogen-spacer" />
        <button
          type="button"
          class="videogen-button is-primary"
          disabled={picked.length === 0}
          onClick={() => void compare()}
        >
          <Icon name="compare" />
          {picked.length === 0
            ? strings.compare
            : fill(strings.compareClips, { count: String(picked.length + 1) })}
        </button>
      </div>
    </CoverFrame>
  );
}
