/** All states of the widget: what the kernel sends, and what the user does then. */

import type {
  ErrorView,
  FormView,
  InputView,
  JobView,
  PageMessage,
  WidgetState,
} from "../src/kernel/protocol.gen";
import { strings } from "../src/parts/strings";
import { strings as storyTexts } from "../src/story/strings";
import { fill } from "../src/text/template";
import { clip, error, FakeModel, form, job, model, page, ready, START, tile } from "./fake";
import {
  checkedStudy,
  columns,
  type GridKernel,
  planned,
  shapes,
  study,
  takes,
  undecidedStudy,
} from "./grids";
import {
  asked,
  failedInTheMiddle,
  joined,
  making,
  outOfDate,
  remaking,
  StoryKernel,
  sixty,
  stale,
  undecidedShot,
  uploadingSound,
  whole,
  withCuts,
  withSound,
} from "./stories";
import { board, handOver, vote } from "./votes";

type Act = (root: HTMLElement, fake: FakeModel) => void | Promise<void>;
export interface Case {
  readonly state?: Partial<WidgetState>;
  /** A grid or a story, whose kernel answers by itself. */
  readonly grid?: () => GridKernel | StoryKernel;
  readonly acts?: readonly Act[];
}

const providers = [
  { name: "local", label: "Local engine", simulated: true, key: "", ready: true, asks: "" },
  { name: "aihubmix", label: "AIHubMix", simulated: false, key: "AIHUBMIX_API_KEY", ready: true, asks: "" },
  { name: "qubax", label: "Qubax", simulated: false, key: "", ready: false, asks: "" },
];
const wan = {
  ...model,
  takes: ["duration", "size", "seed", "negative", "sound", "image", "last_frame", "fit"],
  price: { per_clip: null, per_second: 0.1, by_size: {}, rates: [], per_image: null },
  usual: 70,
  runs: 12,
};
const ranges = { ...wan, id: "scenes", title: "Scenes", durations: [], shortest: 1, longest: 20 };
/** A list as a gateway's own, of which much is not published. */
const listed = [
  wan,
  {
    ...wan,
    id: "google/veo-3.1-fast",
    title: "Veo 3.1 Fast",
    durations: [4, 6, 8],
    takes: [...wan.takes, "references"],
    price: { ...wan.price, per_second: 0.15 },
    usual: null,
    runs: 0,
  },
  {
    ...model,
    id: "kling-o3",
    title: "Kling O3",
    durations: [],
    shortest: 3,
    longest: 10,
    takes: ["duration", "size", "image"],
    price: { ...wan.price, per_second: 0.14 },
    usual: 107,
    runs: 4,
  },
  {
    ...model,
    id: "hailuo-3",
    title: "Hailuo 3",
    durations: [6, 10],
    sizes: ["1366x768"],
    takes: ["duration", "size", "image"],
  },
  {
    ...model,
    id: "open-video-1",
    title: "open-video-1",
    durations: [],
    longest: null,
    sizes: [],
    takes: ["duration", "size", "seed"],
  },
  { ...model, id: "test/refused", title: "Test: the prompt is refused" },
];
const kling = { ...model, id: "kling-o3", title: "Kling O3", durations: [5, 10], default_duration: 5 };
const lost = error({
  code: "unknown_outcome",
  message: "We lost the answer after sending (no answer in time).",
  next: "It is not in AIHubMix's list. Look at your account there before you send it again. We did not send it again.",
});
const full = { ...form, providers, models: [wan, kling], retired: ["sora-2"] };
const broad = { ...full, models: listed, listed_at: START - 3600 };
const empty = { ...full, start: { ...full.start, prompt: "" } };
const file = { source: "upload:cat", kind: "image" as const, name: "cat.png", width: 640, height: 360 };
const withImage = { ...full, start: { ...full.start, image: file } };
const done = ready({ cost: 0.8, cost_source: "reported", model: "Wan 2.7" });
const signed = { ...clip, credentials: "yes (unchecked)" };
const long =
  "Northern lights over a narrow fjord in late autumn, seen from a small wooden pier. Slow tilt from the still water up to the sky; the curtains drift from left to right, green at their feet and violet above. No people, no text.";
const named = { ...clip, src: "videogen/northern-lights-over-a-mountain-lake-in-late-autumn-k3q7x2ma.mp4" };
const lake = { prompt: "Northern lights over a mountain lake" };
const unknown =
  'No scene for "cat" or "piano": drew silk. It can draw: sea, city in rain, northern lights, mountains, snow, campfire, forest, desert, under water, clouds, meadow, space, night drive, flowing ink.';
const suggestions = ["Waves at sunset", "A paper boat in neon rain", "Northern lights over a lake", "Snow"];
const saving = { state: "saving", progress: 100, saved_bytes: 3_100_000, total_bytes: 9_800_000 } as const;
const cell = { ...done, ...lake, clip: named, clips: [named] };
const spoken = { ...named, captions: "WEBVTT\n\n00:00.000 --> 00:02.000\n[wind over the water]\n" };
const captioned = { ...cell, clip: spoken, clips: [spoken] };
const tall = { ...cell, prompt: long, size: "720x1280" };
const rows: readonly JobView[] = [
  done,
  job({ id: "running0", progress: 62, prompt: "A kite over the sea", created_at: START - 5 }),
  ready({ id: "starred0", prompt: "Waves at sunset", starred: true, created_at: START - 60 }),
  job({ id: "refused0", state: "failed", prompt: "A storm", error: error(), created_at: START - 120 }),
  job({ id: "unknown0", state: "unknown_outcome", prompt: "Snow", created_at: START - 180 }),
  ready({ id: "tallone0", prompt: "A lighthouse", created_at: START - 240 }),
];

const nextFrame = () => new Promise<void>((done_) => requestAnimationFrame(() => setTimeout(done_, 30)));
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isSo(); turn += 1) await nextFrame();
}
const findAll = (root: HTMLElement, name: string): readonly HTMLElement[] => {
  const all = root.querySelectorAll<HTMLElement>("button, summary, select, input, [role=option]");
  return [...all].filter((node) => `${node.ariaLabel ?? ""} ${node.textContent}`.includes(name));
};
const find = (root: HTMLElement, name: string): HTMLElement => {
  const [found] = findAll(root, name);
  if (found === undefined) throw new Error(`nothing called ${name}`);
  return found;
};
const click =
  (selector: string, options: MouseEventInit = {}): Act =>
  async (root) => {
    root.querySelector(selector)?.dispatchEvent(new MouseEvent("click", { bubbles: true, ...options }));
    await nextFrame();
  };
const captionsShown: Act = async (root) => {
  const video = root.querySelector("video");
  await until(() => (video?.textTracks[0]?.activeCues?.length ?? 0) > 0);
};
/** Type into the box with a label. */
const enter =
  (label: string, value: string): Act =>
  async (root) => {
    const tag = [...root.querySelectorAll("label")].find(({ textContent }) => textContent === label);
    const box = root.querySelector<HTMLInputElement | HTMLTextAreaElement>(`#${tag?.htmlFor}`);
    if (box === null) throw new Error(`nothing labelled ${label}`);
    box.value = value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    await nextFrame();
  };
const menu: Act = async (root) => {
  const down = new KeyboardEvent("keydown", { key: "ArrowDown", altKey: true, bubbles: true });
  root.querySelector(".videogen-code button")?.dispatchEvent(down);
  await nextFrame();
};
const press =
  (name: string): Act =>
  async (root) => {
    for (let turn = 0; turn < 100 && !findAll(root, name)[0]; turn += 1) await nextFrame(); // it may depend on an answer
    find(root, name).click();
    await nextFrame();
  };
const pick =
  (selector: string, value: string): Act =>
  async (root) => {
    const node = root.querySelector<HTMLSelectElement>(selector);
    if (node) node.value = value;
    node?.dispatchEvent(new Event("change", { bubbles: true }));
    await nextFrame();
  };
const drop =
  (selector: string, file: File): Act =>
  async (root) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    root
      .querySelector(selector)
      ?.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
    await nextFrame();
  };
const acks =
  (
    type: "generate" | "code" | "connect" | "history" | "recall" | "detail" | "improve" | "servers" | "share",
    change: Parameters<FakeModel["ack"]>[1],
  ): Act =>
  async (_, fake) => {
    fake.ack(fake.of(type).at(-1), change);
    await nextFrame();
  };
const enterKey = enter(fill(strings.keyOf, { provider: "Qubax" }), "sk-canary");
const tested = {
  verdict: "valid" as const,
  text: "The key works: Qubax accepts it and lists 14 models. The key is kept only in this kernel, until it stops.",
};
const refusedKey = error({
  code: "auth",
  message: "Qubax refused this key: No such key.",
  next: "Copy it again from the provider's site. It was not stored.",
});
const servers = [
  {
    title: "vLLM-Omni",
    address: "http://127.0.0.1:8000",
    words: "found at http://127.0.0.1:8000, serves Wan-AI/Wan2.2-TI2V-5B-Diffusers",
    provider: "vllm-omni",
    model: "Wan-AI/Wan2.2-TI2V-5B-Diffusers",
    cell: "",
  },
  {
    title: "LiteLLM",
    address: "http://127.0.0.1:4000",
    words: "found at http://127.0.0.1:4000",
    provider: "",
    model: "",
    cell: "%%videogen --provider openai --base-url http://127.0.0.1:4000/v1 --key-env LITELLM_API_KEY --model MODEL",
  },
  {
    title: "Port 8080",
    address: "http://127.0.0.1:8080",
    words: "a server answers (HTTP 200), but it is none of those we know: not Bifrost",
    provider: "",
    model: "",
    cell: "",
  },
];
const library = rows.map((row) => tile(row));
/** A picture of the clip as it is so far: a lake at night, out of the noise. */
const preview: Act = async (root, fake) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [320, 180];
  const paper = canvas.getContext("2d");
  if (!paper) return;
  const sky = paper.createLinearGradient(0, 0, 0, 180);
  for (const [at, colour] of [
    [0, "#101a3a"],
    [0.55, "#3f8f86"],
    [0.6, "#0d1524"],
    [1, "#26596a"],
  ] as const)
    sky.addColorStop(at, colour);
  paper.fillStyle = sky;
  paper.fillRect(0, 0, 320, 180);
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg"));
  const bytes = new DataView((await picture?.arrayBuffer()) ?? new ArrayBuffer(0));
  fake.emit("msg:custom", { type: "preview", v: 1, job_id: fake.get("job")?.id }, [bytes]);
  await until(() => (root.querySelector<HTMLImageElement>(".videogen-preview")?.naturalWidth ?? 0) > 0);
};
const history = acks("history", { page: page(library, { failed: 1 }) });
/** The kernel that made the widget goes away. */
const leave: Act = async (_, fake) => {
  fake.comm_live = false;
  fake.emit("comm_live_update");
  await nextFrame();
};
/** The kernel goes away, and the server tells of the job in its place. */
const serve =
  (change: Partial<JobView>, watched = true): Act =>
  async (root, fake) => {
    const told = { now: null, watched, job: { ...(fake.get("job") ?? job()), ...change } };
    const server = {
      follow: (_: string, take: (news: typeof told) => void) => take(told),
      act: async () => "",
      clipUrl: () => "/clip.mp4",
    };
    const host = { value: { server }, configurable: true };
    Object.defineProperty(globalThis, Symbol.for("jupyter-videogen.lab"), host);
    await leave(root, fake);
  };
const absent = { saves_as: "videogen/absent.mp4" };
const refuses = (change: Parameters<typeof error>[0]) =>
  acks("generate", { ok: false, error: error(change) });
const shareMenu: Act = (root) => until(() => root.querySelector("[role=menu]") !== null);
const shareAsGif: readonly Act[] = [press(strings.share), shareMenu, press(strings.shareKinds.gif)];
const pickTwo = [
  history,
  click("[data-job=k3q7x2ma]", { ctrlKey: true }),
  click("[data-job=starred0]", { ctrlKey: true }),
  acks("detail", { job: rows[2] as JobView }),
];
/** A still picture, as the kernel keeps one of each clip. */
async function drawStill(hue: number): Promise<DataView> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [320, 180];
  const context = canvas.getContext("2d");
  const sky = context?.createLinearGradient(0, 0, 0, 180);
  sky?.addColorStop(0, `hsl(${hue} 60% 22%)`);
  sky?.addColorStop(1, `hsl(${hue + 60} 70% 62%)`);
  if (context && sky) context.fillStyle = sky;
  context?.fillRect(0, 0, 320, 180);
  const blob = await new Promise<Blob | null>((done_) => canvas.toBlob(done_, "image/jpeg"));
  return new DataView((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
}
/** The kernel hands over the pictures that are asked for by now. */
const pictures: Act = async (_, fake) => {
  while (fake.of("posters").length === 0) await nextFrame();
  const asked = fake.of("posters").at(-1);
  fake.ack(asked, {}, await Promise.all(asked?.job_ids.map((_, at) => drawStill(at * 37)) ?? []));
  await nextFrame();
};
/** A tile is opened, and the kernel tells all of its job. */
const open = (view: JobView): readonly Act[] => [
  click(`[data-job=${view.id}]`),
  acks("detail", { job: view }),
];
const scenery = [
  "Above the clouds at dawn",
  "A shoal of fish under water, light from above",
  long,
  "دو قایق کاغذی",
];
/** As many as the ledger of a busy project has. */
const many = Array.from({ length: 60 }, (_, at) =>
  tile(
    ready({
      id: `many${at}`.padEnd(8, "0"),
      prompt: scenery[at % 4] ?? "",
      created_at: START - 3600 * at,
      cost: 0.8,
    }),
  ),
);
const videosReady: Act = async (root) => {
  await until(() => root.querySelectorAll(".videogen-opened video").length > 0);
  await nextFrame();
};
const screenReady: Act = (root) =>
  until(() => root.querySelector(".videogen-screen video[data-seen=true]") !== null);
/** Drop a file of 3 MB on the box of the sound, and wait until something is said of it. */
const dropSound =
  (name: string, type: string): Act =>
  async (root) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(3_000_000)], name, { type }));
    const event = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer });
    root.querySelector(".videogen-sound-file")?.dispatchEvent(event);
    await until(
      () =>
        root.querySelector(".videogen-sound-error, .videogen-sound-file progress:not([value='0'])") !== null,
    );
  };
const typeInto =
  (selector: string, value: string): Act =>
  async (root) => {
    const box = root.querySelector<HTMLInputElement>(selector);
    if (box) box.value = value;
    box?.dispatchEvent(new Event("input", { bubbles: true }));
    await nextFrame();
  };
const until_ =
  (selector: string): Act =>
  (root) =>
    until(() => root.querySelector(selector) !== null);
const keyOn =
  (selector: string, key: string): Act =>
  async (root) => {
    await until(() => root.querySelector(selector) !== null);
    const node = root.querySelector<HTMLElement>(selector);
    node?.focus();
    node?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await nextFrame();
  };
const pickTakes = [
  keyOn("[data-at='0/5']", "c"),
  keyOn("[data-at='0/10']", "c"),
  keyOn("[data-at='0/6']", "ArrowUp"),
];
const opened = ready({ ...cell, id: "starred0", prompt: long, starred: true, created_at: START - 60 });
/** The five that a button mends. */
const failures = {
  "key not accepted": {
    code: "auth",
    message: "AIHubMix didn't accept the key: Incorrect API key provided.",
    next: "Connect with another one.",
  },
  "no credit left": {
    code: "out_of_credit",
    message: "No credit is left at AIHubMix.",
    next: "Add credit there.",
    billing: "https://console.aihubmix.com/topup",
  },
  "too many requests": {
    code: "rate_limited",
    message: "AIHubMix asks us to slow down.",
    next: "Try again in a moment.",
    retry_after: 5,
  },
  "model retired": {
    code: "model_not_found",
    message: "AIHubMix has no model called wan-2.7: it has been retired.",
    next: "Choose another one.",
  },
  "prompt refused": {
    code: "content_policy",
    message: "AIHubMix refused the prompt: it flagged “sword fight” as violence.",
    next: "Change the words.",
  },
} as const;
const failed = (failure: Partial<ErrorView>): JobView =>
  job({ state: "failed", finished_at: START + 12, error: error({ charged: "no", ...failure }) });
const input = (name: string, node: string, value: string, kind: InputView["kind"] = "number"): InputView => ({
  name,
  label: (name.split(".")[1] ?? "").replaceAll("_", " "),
  node,
  kind,
  value,
});
const workflow: FormView = {
  ...full,
  provider: "comfyui",
  provider_label: "ComfyUI",
  free: true,
  models: [
    {
      ...model,
      id: "comfy/wan-t2v",
      title: "comfy/wan-t2v",
      takes: ["duration", "size", "seed", "negative"],
      inputs: [
        input("3.steps", "KSampler", "30"),
        input("3.cfg", "KSampler", "6.0"),
        input("3.sampler_name", "KSampler", "uni_pc", "text"),
        input("3.scheduler", "KSampler", "simple", "text"),
        input("37.unet_name", "Load Diffusion Model", "wan2.1_t2v_1.3B_fp16.safetensors", "text"),
        input("48.shift", "ModelSamplingSD3", "8.0"),
        input("50.tiled", "VAE Decode", "no", "boolean"),
      ],
    },
  ],
  start: { ...form.start, model: "comfy/wan-t2v" },
};
const form_ = (view: JobView): Case => ({ state: { form: full, job: view } });
const card = (view: JobView): Case => ({ state: { job: view } });

export const cases: Readonly<Record<string, Case>> = {
  "empty form": { state: { form: empty } },
  "empty form of the local engine": {
    state: { form: { ...empty, provider_label: "Local engine", simulated: true, free: true } },
  },
  "all models": { state: { form: broad }, acts: [click("[role=combobox]"), click(".videogen-see-all")] },
  "local servers": {
    state: { form: full },
    acts: [press(strings.findServers), acks("servers", { servers })],
  },
  "no local server": {
    state: { form: full },
    acts: [press(strings.findServers), acks("servers", { servers: [] })],
  },
  "no key yet": { state: { form: { ...empty, providers, provider: "qubax", provider_label: "Qubax" } } },
  "form with a picture": { state: { form: withImage } },
  "settings behind More": { state: { form: withImage }, acts: [click(".videogen-more > summary")] },
  "inputs of a workflow": {
    state: { form: workflow },
    acts: [click(".videogen-more > summary"), enter("steps", "8")],
  },
  "a prompt of many lines": {
    state: {
      form: { ...full, start: { ...full.start, prompt: "Waves at sunset, seen from a pier.\n".repeat(7) } },
    },
  },
  "model box": { state: { form: full }, acts: [click("[role=combobox]")] },
  "no model of that name": { state: { form: full }, acts: [enter(strings.model, "sora 3")] },
  "files that are not taken": {
    state: { form: { ...full, models: [{ ...wan, takes: [...wan.takes, "references"] }] } },
    acts: [
      drop(
        "fieldset .videogen-dropzone > button",
        new File(["."], "notes of a long day.txt", { type: "text/plain" }),
      ),
      drop("textarea", new File(["."], "rain.mp3", { type: "audio/mpeg" })),
    ],
  },
  "asking for a key": { state: { form: full }, acts: [pick("select[id$=provider]", "qubax")] },
  "asking for a better prompt": {
    state: { form: { ...full, improves: true } },
    acts: [press(strings.improve)],
  },
  "a better prompt": {
    state: { form: { ...full, improves: true } },
    acts: [press(strings.improve), acks("improve", { text: long })],
  },
  "a better prompt is taken": {
    state: { form: { ...full, improves: true } },
    acts: [press(strings.improve), acks("improve", { text: long }), press(strings.usePrompt)],
  },
  "no better prompt": {
    state: { form: { ...full, improves: true } },
    acts: [
      press(strings.improve),
      acks("improve", {
        ok: false,
        error: error({
          message: "The prompt was not improved: api.openai.com answered HTTP 401: Incorrect API key.",
          next: "",
        }),
      }),
    ],
  },
  "a length that is not made": {
    state: { form: { ...full, models: [ranges] } },
    acts: [enter(strings.length, "75"), click("[type=submit]")],
  },
  "a size that is not made": {
    state: { form: { ...full, models: [{ ...ranges, sizes: [] }] } },
    acts: [enter(strings.size, "5x"), click("[type=submit]")],
  },
  "a seed out of range": {
    state: { form: full },
    acts: [click(".videogen-more > summary"), enter(strings.seed, "-1"), click("[type=submit]")],
  },
  "a prompt that is too long": {
    state: { form: { ...full, models: [{ ...wan, longest_prompt: 60 }] } },
    acts: [
      enter(strings.prompt, "A paper boat crosses a neon-lit puddle, slowly, in the rain, at night"),
      click("[type=submit]"),
    ],
  },
  "a start image of another size": {
    state: { form: { ...withImage, models: [{ ...wan, image_matches_size: true }] } },
    acts: [click("[type=submit]")],
  },
  "refused by the kernel": {
    state: { form: full },
    acts: [
      click("[type=submit]"),
      refuses({ field: "size", message: "wan-2.7 can't make 720x1280.", sent: "no", charged: "no" }),
    ],
  },
  "a clip was dropped on it": {
    state: { form: full },
    acts: [
      drop("textarea", new File(["."], "kite-abcdefgh.mp4", { type: "video/mp4" })),
      acks("recall", { recalled: { provider: form.provider, request: job().request, missing: ["image"] } }),
    ],
  },
  "a budget asks": {
    state: { form: full },
    acts: [
      click("[type=submit]"),
      refuses({ code: "confirm", message: "This will cost about $6.40; your limit is $5.00.", next: "" }),
    ],
  },
  sending: form_(job({ state: "submitting" })),
  queued: form_(job({ state: "queued", can_cancel: true })),
  "percent known": form_(job({ progress: 62 })),
  "no percent, a history": form_(job({ usual: 70, runs: 12 })),
  "no percent, no history": form_(job()),
  "longer than usual": form_(job({ usual: 5, runs: 3, slow: 10 })),
  "two at a time": {
    state: {
      form: full,
      job: job({ progress: 62 }),
      queue: [
        job({ id: "lakelake", ...lake, progress: 7, can_cancel: true, created_at: START + 3 }),
        job({ id: "snowsnow", prompt: "Snow", state: "queued", created_at: START + 5 }),
      ],
    },
  },
  "two at a time, one is ready": {
    state: { form: full, job: job({ progress: 62 }), queue: [ready({ id: "lakelake", ...lake })] },
  },
  "asked for what is being made": {
    state: { form: full, job: job({ progress: 62 }) },
    acts: [click("[type=submit]"), acks("generate", { found: true })],
  },
  "a preview of the clip": { state: { form: full, job: job({ progress: 62 }) }, acts: [preview] },
  "card, a preview of the clip": {
    state: { job: job({ ...lake, progress: 62, status: "step 12 of 20" }) },
    acts: [preview],
  },
  busy: form_(job({ state: "queued", next_look_at: START + 60 })),
  saving: form_(job(saving)),
  ready: { state: { form: full, job: done }, acts: [history] },
  "a word without a scene": {
    state: {
      form: { ...full, provider_label: "Local engine", simulated: true, free: true },
      job: ready({
        provider_label: "Local engine",
        simulated: true,
        free: true,
        prompt: "A cat playing the piano",
        warnings: [unknown],
        suggestions,
      }),
    },
  },
  "card, a word without a scene": card(
    ready({
      provider_label: "Local engine",
      simulated: true,
      free: true,
      prompt: "A cat playing the piano",
      warnings: [unknown],
      suggestions,
    }),
  ),
  "card, ready, with content credentials": card({ ...done, clip: signed, clips: [signed] }),
  "another prompt in its place": { state: { form: full, job: cell }, acts: [press(strings.usePrompt)] },
  "going on from the last frame": {
    state: { form: full, job: cell },
    acts: [press(strings.proceed), (root) => until(() => root.querySelector(".videogen-thumb img") !== null)],
  },
  "several clips": form_({ ...done, clips: [clip, clip, clip] }),
  "from the library": form_(ready({ reused: true })),
  "copied as code": {
    state: { form: full, job: done },
    acts: [
      press(strings.asCode),
      acks("code", { text: "%%videogen --model wan-2.7 --seed 418\nA paper boat" }),
    ],
  },
  "refused by the provider": {
    state: {
      form: withImage,
      job: job({
        state: "failed",
        error: error({
          code: "content_policy",
          field: "image",
          message: "The provider refused this one: it flagged the start image, “possible real person”.",
          next: "Use another picture.",
          charged: "no",
          request_id: "req_8f31c07e5b",
        }),
      }),
    },
    acts: [press(strings.details)],
  },
  "the provider had a problem": form_(job({ state: "failed", error: error() })),
  "outcome unknown": form_(job({ state: "unknown_outcome", error: lost })),
  "looking for it": form_(job({ state: "unknown_outcome", searching: true })),
  "connection lost": form_(job({ state: "unreachable", next_look_at: START + 20 })),
  "key stopped working": form_(
    job({
      state: "unreachable",
      error: error({
        code: "auth",
        message: "AIHubMix didn't accept the key.",
        next: "Connect with another one.",
      }),
    }),
  ),
  ...Object.fromEntries(Object.entries(failures).map(([name, failure]) => [name, form_(failed(failure))])),
  "key tested": {
    state: { form: broad },
    acts: [
      pick("select[id$=provider]", "qubax"),
      enterKey,
      press(strings.connect),
      acks("connect", { key: tested }),
    ],
  },
  "key tested, nothing listed": {
    state: { form: { ...full, models: [], retired: [] } },
    acts: [
      pick("select[id$=provider]", "qubax"),
      enterKey,
      press(strings.connect),
      acks("connect", { key: tested }),
    ],
  },
  "key refused": {
    state: { form: full },
    acts: [
      pick("select[id$=provider]", "qubax"),
      enterKey,
      press(strings.connect),
      acks("connect", { ok: false, error: refusedKey }),
    ],
  },
  "not watching": form_(job({ detached: true })),
  cancelled: form_(job({ state: "cancelled" })),
  expired: form_(job({ state: "expired" })),
  "clip missing": {
    state: { form: full, job: done },
    acts: [
      async (root) => {
        await until(() => root.querySelector("video") !== null);
        root.querySelector(".videogen-result video")?.dispatchEvent(new Event("error"));
        await nextFrame();
      },
    ],
  },
  "kernel gone": { state: { form: full, job: job({ progress: 40, ...absent }) }, acts: [leave] },
  "kernel restarted": { state: { form: full, job: job({ progress: 40, ...absent }) }, acts: [leave] },
  "card, kernel restarted": { state: { job: job({ ...lake, progress: 40, ...absent }) }, acts: [leave] },
  "card, told by the server": {
    state: { job: job({ ...lake, progress: 40, can_cancel: true }) },
    acts: [serve({ progress: 62 })],
  },
  "card, told by the server: ready": { state: { job: job(lake) }, acts: [serve(ready(lake))] },
  "card, told by the server: not watched": {
    state: { job: job({ ...lake, progress: 40 }) },
    acts: [serve({ detached: true })],
  },
  "card, told by the server: its kernel is restarted": {
    state: { job: job(lake) },
    acts: [serve(ready(lake))],
  },
  "form, told by the server": {
    state: { form: full, job: job({ progress: 40 }) },
    acts: [serve({ progress: 62 })],
  },
  "card, finished meanwhile": {
    state: { job: job({ ...lake, cost: 0.8, cost_source: "reported" }) },
    acts: [leave, nextFrame],
  },
  "card, shown after all": {
    state: { job: job({ ...lake, cost: 0.8, cost_source: "reported" }) },
    acts: [leave, nextFrame, press(strings.act.show)],
  },
  "library alone": { state: { library: true }, acts: [history] },
  "library, none yet": { state: { form: full }, acts: [acks("history", { page: page([]) })] },
  "library, all states": {
    state: { form: full },
    acts: [
      history,
      press(strings.stages.failed),
      acks("history", { page: page([...library, tile(ready({ id: "gone0000", prompt: "A kite" }), true)]) }),
      pictures,
    ],
  },
  "library, one has come": {
    state: { form: full },
    acts: [
      history,
      pictures,
      (root) => root.querySelector<HTMLElement>("[data-job=starred0]")?.focus({ preventScroll: true }),
      (_, fake) => fake.emit("msg:custom", { type: "changed", v: 1 }),
      acks("history", {
        page: page([tile(ready({ id: "newest00", prompt: "Rain", created_at: START + 5 })), ...library]),
      }),
    ],
  },
  "library, no hit": {
    state: { form: full },
    acts: [
      history,
      async (root) => {
        const box = root.querySelector<HTMLInputElement>("[type=search]");
        if (box) box.value = "kite";
        box?.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((done_) => setTimeout(done_, 300));
      },
      acks("history", { page: page([]) }),
    ],
  },
  "library, a clip opened": { state: { form: full }, acts: [history, pictures, ...open(opened)] },
  "library, a failure opened": {
    state: { form: full },
    acts: [history, ...open(job({ id: "refused0", state: "failed", prompt: "A storm", error: error() }))],
  },
  "library, ten thousand": {
    state: { form: full },
    acts: [
      acks("history", {
        page: page(many, { total: 10_000, ready: 9_997, making: 3, failed: 412, spent: 7_996.4 }),
      }),
    ],
  },
  "two clips side by side": { state: { form: full, job: done }, acts: [...pickTwo, press(strings.compare)] },
  "comparison from code": {
    state: { compared: [done, ready({ id: "other000", model: "Kling O3", seed: 7 })] },
  },
  "comparison, being made": {
    state: {
      compared: [
        job({ progress: 62, usual: 60 }),
        job({ id: "second00", model: "kling-o3", progress: null, usual: 70 }),
        job({
          id: "third000",
          model: "veo-3.1-fast",
          state: "queued",
          progress: null,
          status: "2nd in line",
        }),
      ],
    },
  },
  "comparison, one failed": {
    state: {
      compared: [done, job({ id: "refused0", model: "kling-o3", state: "failed", error: error() })],
    },
  },
  "vote, a pair is loaded": { state: { vote } },
  "vote, a pair": { state: { vote }, acts: [handOver] },
  "vote, another rater": { state: { vote }, acts: [handOver, click(".videogen-vote-head button")] },
  "vote, result": { state: { vote: { ...vote, token: "", leaderboard: board } } },
  "vote, too few": {
    state: {
      vote: {
        ...vote,
        token: "",
        leaderboard: {
          ...board,
          verdict: "",
          advice: "",
          standings: [],
          meetings: [],
          notes: ["Each two need 10 votes before anything is said; wan and kling have 4."],
        },
      },
    },
  },
  "card, clips to compare": {
    state: { job: { ...cell, prompt: "Waves at sunset" } },
    acts: [press(strings.compare), history, pictures],
  },
  "card, no other clip": {
    state: { job: cell },
    acts: [press(strings.compare), acks("history", { page: page([]) })],
  },
  "card, two side by side": {
    state: { job: { ...cell, prompt: "Waves at sunset" } },
    acts: [
      press(strings.compare),
      history,
      press(fill(strings.compareClips, { count: "2" })),
      acks("detail", { job: rows[2] as JobView }),
      nextFrame,
    ],
  },
  "grid, being made": { grid: study },
  "grid, planned": { grid: planned },
  "grid, to a visitor": { grid: () => study({ guest: true }) },
  "grid, portrait": { grid: () => study({ aspect: 3 / 4, shared: "4 s · 720×1280" }) },
  "grid, portrait and landscape": { grid: shapes },
  "takes, portrait": { grid: () => takes(6, { aspect: 3 / 4 }) },
  "grid, paused": { grid: () => study({ state: "paused" }) },
  "grid, decisions": { grid: undecidedStudy },
  "grid, ended": {
    grid: () => study({ state: "ended", left: null, waiting: 0, making: 0, progress: 98.3 }),
  },
  "grid, free": { grid: () => study({ free: true, spent: 0, estimate: 0, retry_cost: 0 }) },
  "grid, a row opened": { grid: study, acts: [click(".videogen-row-head[data-at='0/-1']"), videosReady] },
  "grid, nothing found": {
    grid: study,
    acts: [typeInto("input[type=search]", "zeppelin"), until_(".videogen-none-found")],
  },
  "grid, menu of a tile": {
    grid: study,
    acts: [keyOn("[data-at='0/0']", "ContextMenu"), until_("[role=menu]")],
  },
  "grid, a tile with the focus": { grid: study, acts: [keyOn("[data-at='2/3']", "k")] },
  "grid, wide": {
    grid: () =>
      study({
        columns: columns(["wan-2.7", "kling-o3", "veo-3.1-fast", "sora-2"], [1, 2, 3, 4, 5, 6]),
        rows: 8,
      }),
  },
  "grid, checked": { grid: checkedStudy },
  "grid, two thousand": { grid: () => study({ rows: 334 }) },
  "grid, three rows": { grid: () => study({ rows: 5 }) },
  "takes, being made": { grid: () => takes(20), acts: [...pickTakes] },
  "takes, paused": { grid: () => takes(20, { state: "paused" }) },
  "takes, two": { grid: () => takes(2) },
  "story, asked about": { grid: asked },
  "story, the first is being made": { grid: making },
  "story, a shot is remade": { grid: remaking },
  "story, ready": { grid: whole },
  "story, an older frame": { grid: stale, acts: [click("[data-shot='13']")] },
  "story, failed in the middle": { grid: failedInTheMiddle, acts: [click("[data-shot='12']")] },
  "story, undecided": { grid: undecidedShot, acts: [click("[data-shot='12']")] },
  "story, cuts": { grid: withCuts, acts: [click("[data-shot='14']")] },
  "story, no sound yet": { grid: whole, acts: [click(".videogen-sound-button")] },
  "story, a sound is uploaded": {
    grid: uploadingSound,
    acts: [click(".videogen-sound-button"), dropSound("harbour at night.mp3", "audio/mpeg")],
  },
  "story, a file without sound": {
    grid: whole,
    acts: [click(".videogen-sound-button"), dropSound("holiday in a very small boat.png", "image/png")],
  },
  "story, sound and captions": { grid: withSound, acts: [click(".videogen-sound-button")] },
  "story, a caption": { grid: withSound, acts: [click("[data-shot='11']")] },
  "story, a new shot": { grid: whole, acts: [click(".videogen-add-shot")] },
  "story, takes": { grid: whole, acts: [click("[data-shot='12']")] },
  "story, played": { grid: whole, acts: [click(".videogen-ruler button:nth-child(2)"), screenReady] },
  "story, joined": { grid: joined, acts: [click(".videogen-ruler button"), screenReady] },
  "story, the film is out of date": { grid: outOfDate },
  "story, the older film": { grid: outOfDate, acts: [press(storyTexts.playFilm), screenReady] },
  "story, refused": {
    grid: () => new Refusing({}),
    acts: [click(".videogen-joint button"), until_(".is-fault")],
  },
  "story, to a visitor": { grid: () => whole({ guest: true }) },
  "story, kernel gone": { grid: stale, acts: [leave] },
  "story, portrait": { grid: () => whole({ aspect: 9 / 16 }) },
  "story, sixty": { grid: sixty },
  "story, elsewhere": { grid: () => whole({ state: "elsewhere", notices: [] }) },
  "card, queued": card(job({ state: "queued", can_cancel: true })),
  "card, running": card(job({ progress: 62 })),
  "card, saving": card(
    job({ state: "saving", progress: 100, saved_bytes: 3_100_000, total_bytes: 9_800_000 }),
  ),
  "card, needs this kernel": card(job({ progress: 62, needs_kernel: true })),
  "needs this kernel": form_(job({ progress: 62, needs_kernel: true })),
  "card, ready": card(cell),
  "card, with captions": { state: { job: captioned }, acts: [captionsShown] },
  "card, ready, share it": { state: { job: cell }, acts: [press(strings.share), shareMenu] },
  "card, ready, being shared": { state: { job: cell }, acts: shareAsGif },
  "card, ready, shared": {
    state: { job: cell },
    acts: [...shareAsGif, acks("share", { text: "northern-lights-over-a-mountain-lake-k3q7x2ma.gif" })],
  },
  "card, ready, not shared": {
    state: { job: cell },
    acts: [
      ...shareAsGif,
      acks("share", {
        ok: false,
        error: error({
          message:
            "/home/ada/films/northern-lights-k3q7x2ma.gif can't be written: No space left on device. Nothing that was there was changed.",
          next: "Make room, or choose another folder.",
        }),
      }),
    ],
  },
  "ready, shared": {
    state: { form: full, job: done },
    acts: [history, ...shareAsGif, acks("share", { text: "paper-boat-1.gif" })],
  },
  "card, tall": card(tall),
  "card, the whole prompt": { state: { job: tall }, acts: [click(".videogen-prompt-text button")] },
  "card, controls shown": {
    state: { job: cell },
    acts: [
      async (root) => {
        const player = root.querySelector(".videogen-player");
        player?.dispatchEvent(new PointerEvent("pointerup", { bubbles: true, pointerType: "touch" }));
        await nextFrame();
      },
    ],
  },
  "card, other forms of code": { state: { job: cell }, acts: [menu] },
  "card, failed": card(job({ state: "failed", error: error() })),
  ...Object.fromEntries(
    Object.entries(failures).map(([name, failure]) => [`card, ${name}`, card(failed(failure))]),
  ),
};

/** A kernel that refuses every edit. */
class Refusing extends StoryKernel {
  override async answer(fake: FakeModel, message: PageMessage): Promise<void> {
    if (message.type !== "story_act") return super.answer(fake, message);
    fake.ack(message, {
      ok: false,
      error: error({ message: "Shot 2 can't be cut now: it is being made.", next: "" }),
    });
  }
}

export function createFake(name: string): FakeModel {
  const { state, grid } = cases[name] ?? {};
  if (grid === undefined) return new FakeModel(state);
  const kernel = grid();
  kernel.drawStill = (number) => drawStill(number * 37);
  return kernel.start();
}
