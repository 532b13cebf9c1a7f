/** What the parts of one view of a grid share: the rows, what plays, and what pressing a tile does. */

import { type Signal, signal } from "@preact/signals";
import type { GridCellView } from "../kernel/protocol.gen";
import { Posters } from "../sheet/posters";
import type { Session } from "../state/session";
import type { View } from "../state/view";
import { Playback } from "./playback";
import { GridStore } from "./store";

/** What lies over the grid for a while, and what it was opened from. */
export interface Over {
  readonly kind: "menu" | "full";
  readonly cell: GridCellView;
  readonly anchor: HTMLElement;
}

export class Stage {
  readonly session: Session;
  readonly store: GridStore;
  readonly posters: Posters;
  readonly playback = new Playback();
  readonly over: Signal<Over | null> = signal<Over | null>(null);
  /** The row that is opened, by its number in the grid; null for none. */
  readonly opened = signal<number | null>(null);
  /** What a status says, until the next one. */
  readonly said = signal("");

  constructor({ session, id }: View) {
    this.session = session;
    this.store = new GridStore(session.connection, id);
    this.posters = new Posters(session.connection);
  }

  /** Visitors look and play; the kernel refuses the rest. */
  get isGuest(): boolean {
    return this.session.connection.grid.value?.guest ?? false;
  }

  /** What a click on a tile does, and Enter: show a clip whole, else take the step that fits. */
  press(cell: GridCellView, tile: HTMLElement, event: MouseEvent | KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) this.pick(cell);
    else if (cell.state === "ready") this.show(cell, tile);
    else this.takeStep(cell);
  }

  takeStep(cell: GridCellView): void {
    if (this.isGuest) return;
    if (cell.state === "gone" && cell.job_id) void this.store.restore(cell.job_id);
    else if (cell.step === "look") void this.store.act("look", [cell.position]);
    else if (cell.step !== "") void this.store.act("retry", [cell.position], cell.step === "resend");
  }

  rate(cell: GridCellView, rating: number): void {
    if (!this.isGuest) this.store.rate(cell, rating);
  }

  star(cell: GridCellView): void {
    if (!this.isGuest) this.store.star(cell);
  }

  pick(cell: GridCellView): void {
    if (cell.job_id && !this.isGuest)
      this.session.history.toggleSelected({ id: cell.job_id, clip: cell.clip });
  }

  /** Open a row, or close it. */
  toggleRow(row: number): void {
    this.opened.value = this.opened.peek() === row ? null : row;
  }

  togglePlay(cell: GridCellView, isPlaying: boolean): void {
    if (cell.state === "ready") this.playback.held.value = { position: cell.position, on: !isPlaying };
  }

  /** Show a clip over the whole screen. */
  show(cell: GridCellView, anchor: HTMLElement): void {
    this.over.value = { kind: "full", cell, anchor };
  }

  /** Close what lies over the grid, and give the focus back. */
  close(): void {
    const anchor = this.over.peek()?.anchor;
    this.over.value = null;
    anchor?.closest(".videogen-cell")?.querySelector<HTMLElement>(".videogen-tile")?.focus();
  }

  openMenu(cell: GridCellView, anchor: HTMLElement): void {
    this.over.value = { kind: "menu", cell, anchor };
  }

  dispose(): void {
    this.store.dispose();
    this.posters.dispose();
    this.playback.dispose();
  }
}
