/** A still picture of a clip, drawn from its own frames, for notebooks whose reader has not played it yet. */

const WIDTH = 480;
/** So much of it goes into the notebook, in a third more letters. */
const LARGEST_BYTES = 30_000;
/** A mean brightness below this, of 255, is a fade from black: not yet what the clip is about. */
const DARK = 12;
const QUALITIES = [0.8, 0.6, 0.4];

const later = (player: HTMLVideoElement, seconds: number): Promise<void> =>
  new Promise((resolve) => {
    player.addEventListener("seeked", () => resolve(), { once: true });
    player.currentTime = seconds;
  });

function brightness(paper: CanvasRenderingContext2D, width: number, height: number): number {
  const { data } = paper.getImageData(0, 0, width, height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 64)
    sum += (data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0);
  return sum / ((data.length / 64) * 3);
}

const encoded = (canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> =>
  new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));

/** The first frame that is not black, as a small JPEG; null where the page may not read it. Plays nothing. */
export async function drawPoster(url: string): Promise<ArrayBuffer | null> {
  const player = document.createElement("video");
  player.muted = true;
  player.preload = "auto";
  try {
    await new Promise((resolve, reject) => {
      player.addEventListener("loadeddata", resolve, { once: true });
      player.addEventListener("error", reject, { once: true });
      player.src = url;
    });
    return await drawn(player);
  } catch {
    return null;
  } finally {
    player.removeAttribute("src");
    player.load();
  }
}

async function drawn(player: HTMLVideoElement): Promise<ArrayBuffer | null> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.min(WIDTH, player.videoWidth);
  canvas.height = Math.round((canvas.width * player.videoHeight) / player.videoWidth);
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  if (paper === null) return null;
  for (const share of [0.02, 0.25, 0.5]) {
    await later(player, share * player.duration);
    paper.drawImage(player, 0, 0, canvas.width, canvas.height);
    if (brightness(paper, canvas.width, canvas.height) >= DARK) break;
  }
  for (const quality of QUALITIES) {
    const blob = await encoded(canvas, quality);
    if (blob && blob.size <= LARGEST_BYTES) return blob.arrayBuffer();
  }
  return null;
}
