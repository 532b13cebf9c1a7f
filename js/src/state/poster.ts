/** Draws a poster from a clip's frames, for notebooks in which the clip was not played yet. */

const WIDTH = 480;
/** The poster is saved in the notebook, where base64 makes it a third larger. */
const MAX_BYTES = 30_000;
/** Mean brightness, of 255; a darker frame is part of a fade from black. */
const MIN_BRIGHTNESS = 12;
const QUALITIES = [0.8, 0.6, 0.4];

const seek = (player: HTMLVideoElement, seconds: number): Promise<void> =>
  new Promise((resolve) => {
    player.addEventListener("seeked", () => resolve(), { once: true });
    player.currentTime = seconds;
  });

function measureBrightness(context: CanvasRenderingContext2D, width: number, height: number): number {
  const { data } = context.getImageData(0, 0, width, height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 64)
    sum += (data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0);
  return sum / ((data.length / 64) * 3);
}

const encode = (canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> =>
  new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));

/** Where a poster's frame is looked for, as shares of the clip: not in a fade from black. */
const EARLY = [0.02, 0.25, 0.5];
export const LAST = [1];

/** The first of some frames that is not black, as a small JPEG; null when the page may not read it. */
export async function drawPoster(
  url: string,
  shares: readonly number[] = EARLY,
): Promise<ArrayBuffer | null> {
  const player = document.createElement("video");
  player.muted = true;
  player.preload = "auto";
  try {
    await new Promise((resolve, reject) => {
      player.addEventListener("loadeddata", resolve, { once: true });
      player.addEventListener("error", reject, { once: true });
      player.src = url;
    });
    return await drawFrame(player, shares);
  } catch {
    return null;
  } finally {
    player.removeAttribute("src");
    player.load();
  }
}

async function drawFrame(player: HTMLVideoElement, shares: readonly number[]): Promise<ArrayBuffer | null> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.min(WIDTH, player.videoWidth);
  canvas.height = Math.round((canvas.width * player.videoHeight) / player.videoWidth);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return null;
  for (const share of shares) {
    await seek(player, share * player.duration);
    context.drawImage(player, 0, 0, canvas.width, canvas.height);
    if (measureBrightness(context, canvas.width, canvas.height) >= MIN_BRIGHTNESS) break;
  }
  for (const quality of QUALITIES) {
    const blob = await encode(canvas, quality);
    if (blob && blob.size <= MAX_BYTES) return blob.arrayBuffer();
  }
  return null;
}
