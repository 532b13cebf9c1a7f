/** The finished jobs of a stand-in, as the library tells of them: what a clip can be compared with. */

import type { History, HistoryPage, JobView, TileView } from "../src/kernel/protocol.gen";

/** Characters of a prompt on a tile, as the kernel cuts it. */
const TILE_PROMPT = 160;

function makeTile(job: JobView): TileView {
  const { id, state, searching, progress, saved_bytes, total_bytes, model, duration, cost } = job;
  const { cost_source, created_at, starred, clip } = job;
  return {
    ...{ id, state, searching, progress, saved_bytes, total_bytes, model, duration, cost },
    ...{ cost_source, created_at, starred, clip },
    prompt: job.prompt.slice(0, TILE_PROMPT),
    error: job.error?.message ?? null,
    gone: false,
  };
}

/** Return a page of finished jobs, the newest first; the filters of the library are not rehearsed. */
export function readLibrary(jobs: readonly JobView[], { offset, limit }: History): HistoryPage {
  const ready = jobs.filter(({ state }) => state === "succeeded").reverse();
  const models = [...new Set(ready.map(({ model }) => model))];
  return {
    tiles: ready.slice(offset, offset + limit).map(makeTile),
    offset,
    total: ready.length,
    spent: 0,
    ready: ready.length,
    making: 0,
    failed: 0,
    models: models.map((model) => ({ model, jobs: ready.filter((job) => job.model === model).length })),
  };
}
