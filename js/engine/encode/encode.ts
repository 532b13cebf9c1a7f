// From frames to an MP4 by the browser's encoder.
import type { Pixels } from "../draw/finish";
import { type Bytes, join } from "./boxes";
import type { Encoding, Size } from "./codecs";
import { type Movie, type Sample, writeMovie } from "./mp4";
import { originBox } from "./origin";

/** Seconds between frames that stand alone, which is as far as a player has to go back. */
const KEY_FRAMES = 2;
/** Frames that wait for the encoder at most; each is held in memory. */
const AHEAD = 4;
const COLOURS = { primaries: "bt709", transfer: "bt709", matrix: "bt709", fullRange: false } as const;

/** What is encoded, frame by frame, and how it goes on. */
export interface Job {
  readonly size: Size;
  readonly frames: number;
  readonly tags: Movie["tags"];
  readonly draw: (number: number) => Pixels;
  readonly onFrame: (number: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Lets messages and other work in, without the pause that timers make. */
function takeBreath(): Promise<void> {
  const { promise, resolve } = makePromise();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(null);
  return promise;
}

function makePromise() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function makeFrame(pixels: Pixels, { width, height, fps }: Size, number: number): VideoFrame {
  const time = (at: number) => Math.round((at * 1e6) / fps);
  return new VideoFrame(pixels, {
    format: "I420",
    codedWidth: width,
    codedHeight: height,
    timestamp: time(number),
    duration: time(number + 1) - time(number),
    colorSpace: COLOURS,
  });
}

/** Collects what the encoder gives, in order. */
class Collector {
  private readonly samples: Sample[] = [];
  private description: Bytes | undefined;

  constructor(
    private readonly encoding: Encoding,
    private readonly job: Job,
  ) {}

  add(chunk: EncodedVideoChunk, meta: EncodedVideoChunkMetadata | undefined): void {
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    const number = Math.round((chunk.timestamp * this.job.size.fps) / 1e6);
    this.samples.push({ data, number, isKey: chunk.type === "key" });
    const description = meta?.decoderConfig?.description;
    if (description) this.description ??= copyBytes(description);
  }

  finish(): Bytes {
    const { samples, description } = this;
    const { codec, config } = this.encoding;
    const { size, tags } = this.job;
    const movie = writeMovie({ codec, name: config.codec, size, samples, description, tags });
    return join([movie, originBox()]);
  }
}

function copyBytes(source: AllowSharedBufferSource): Bytes {
  return ArrayBuffer.isView(source)
    ? Uint8Array.from(new Uint8Array(source.buffer, source.byteOffset, source.byteLength))
    : Uint8Array.from(new Uint8Array(source));
}

/** The browser's encoder with its first failure, which it tells by a callback. */
class Encoder {
  private failure: DOMException | undefined;
  private readonly encoder: VideoEncoder;

  constructor({ config }: Encoding, collector: Collector) {
    this.encoder = new VideoEncoder({
      output: (chunk, meta) => collector.add(chunk, meta),
      error: (failure) => {
        this.failure ??= failure;
      },
    });
    this.encoder.configure(config);
  }

  async encode(frame: VideoFrame, keyFrame: boolean): Promise<void> {
    try {
      this.stopIfFailed();
      this.encoder.encode(frame, { keyFrame });
    } finally {
      frame.close();
    }
    while (this.encoder.encodeQueueSize > AHEAD && !this.failure) await this.waitForRoom();
    this.stopIfFailed();
  }

  private waitForRoom(): Promise<void> {
    const { promise, resolve } = makePromise();
    this.encoder.addEventListener("dequeue", resolve, { once: true });
    return promise;
  }

  private stopIfFailed(): void {
    if (this.failure) throw this.failure;
  }

  async flush(): Promise<void> {
    await this.encoder.flush();
    this.stopIfFailed();
  }

  close(): void {
    if (this.encoder.state !== "closed") this.encoder.close();
  }
}

/** The clip as an MP4 with its marks of origin. Rejects with the signal's reason, or with what the encoder says. */
export async function encode(encoding: Encoding, job: Job): Promise<Bytes> {
  const collector = new Collector(encoding, job);
  const encoder = new Encoder(encoding, collector);
  try {
    for (let number = 0; number < job.frames; number++) {
      await takeBreath();
      job.signal?.throwIfAborted();
      const isKey = number % Math.round(KEY_FRAMES * job.size.fps) === 0;
      await encoder.encode(makeFrame(job.draw(number), job.size, number), isKey);
      job.onFrame(number);
    }
    await encoder.flush();
    return collector.finish();
  } finally {
    encoder.close();
  }
}
