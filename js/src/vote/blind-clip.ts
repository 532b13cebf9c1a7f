/** Loads a clip of the pair on view from the kernel, which tells neither its name nor its size. */

import type { KernelConnection } from "../kernel/connection";
import type { RetryTiming } from "../kernel/retry-timing";

const PIECE_BYTES = 2 << 20;

export type Side = "left" | "right";

/** Return a URL of the whole clip, null where the kernel has gone; throws where it can't read the clip. */
export async function loadBlindClip(
  connection: KernelConnection,
  token: string,
  side: Side,
  timing: RetryTiming,
): Promise<string | null> {
  const pieces: DataView[] = [];
  for (let offset = 0; ; offset += PIECE_BYTES) {
    const request = { type: "blind_piece", token, side, offset, length: PIECE_BYTES } as const;
    const reply = await connection.askUntilAnswered(request, timing);
    if (reply === null) return null;
    if (!reply.chunk) throw new Error(reply.error?.message ?? "");
    pieces.push(reply.chunk);
    if (reply.chunk.byteLength < PIECE_BYTES) break;
  }
  return URL.createObjectURL(new Blob(pieces as unknown as BlobPart[], { type: "video/mp4" }));
}
