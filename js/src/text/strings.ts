/**
 * All texts of the page. `{value}` is a number and always left to right; `[name]` is text of others, in its own
 * direction; `*text*` is emphasized. A line is a list of parts; a part with an unknown value is left out.
 */

import type { CardState } from "../state/appearance";

export type Lines = readonly [first: readonly string[], second: readonly string[]];

export interface Strings {
  readonly lines: Readonly<Record<CardState, Lines>>;
  readonly [name: string]:
    | string
    | Readonly<Record<string, string | readonly string[] | Lines>>
    | readonly string[];
}

const facts = ["{length}", "{bytes}", "{cost}"] as const;

export const en = {
  regionForm: "Video form",
  regionJob: "[prompt], {state}",
  regionVote: "Blind vote on {name}",
  regionStory: "Story {name}",
  regionCompare: "Comparison of {count} clips",
  name: "videogen",
  simulated: "[engine], not AI-made",
  credentials: "content credentials: {credentials}",
  synchronous: "[provider] returns the video in a single response; keep this kernel running until it arrives",

  lines: {
    ready: [["Describe the video you want."], []],
    waiting: [["The video will appear here."], []],
    draft: [["Sending to [provider]…"], ["{clock}"]],
    submitting: [["Sending to [provider]…"], ["{clock}"]],
    queued: [["Waiting to start", "(provider says “[word]”)"], ["{clock}"]],
    running: [
      ["Making the video", "(provider says “[word]”)"],
      ["*{percent}*", "{clock}", "about {left} left", "usually about {usual} ({runs} runs)", "[oneGo]"],
    ],
    slow: [
      ["Still working, longer than usual", "(provider says “[word]”)"],
      [
        "*{percent}*",
        "{clock}",
        "usually about {usual}",
        "you can close this; the job continues at [provider]",
      ],
    ],
    busy: [["Slowed down: [provider] is busy or unreachable"], ["Trying again in {again}", "{clock}"]],
    saving: [["Saving your video"], ["{saved} of {total}", "{savedSoFar}"]],
    succeeded: [["Ready in {took}"], facts],
    reused: [["Same settings as before. This clip is from your library; nothing was charged."], facts],
    searching: [
      ["We lost the answer after sending"],
      ["We are looking for it in [provider]'s list. It was *not* sent again.", "{clock}"],
    ],
    locked: [["[provider] doesn't let us check this job"], ["[message]", "[next]"]],
    broken: [["The clip can't be played from here"], ["It was saved as [path]", "[codec]"]],
    failed: [["[message]"], ["[next]", "[charge]"]],
    cancelled: [["Cancelled before it started"], ["Nothing was made."]],
    stopped: [["Cancelled"], ["[charge]"]],
    expired: [["[provider] no longer has this video"], ["It was not downloaded in time.", "[chargedAgain]"]],
    unknown_outcome: [["We lost the answer after sending"], ["[mayExist]", "[found]"]],
    unreachable: [
      ["Connection lost. The job continues at [provider]"],
      ["[message]", "[next]", "Checking again in {again}"],
    ],
    detached: [["Stopped watching"], ["[fate]"]],
    gone: [["The notebook's kernel isn't running"], ["Run this cell to watch the job again."]],
    restarted: [
      ["The kernel was restarted", "· [goesOn] goes on making it"],
      ["Reconnect to watch it from here."],
    ],
    saved: [["Finished while the kernel was restarting"], facts],
    restored: [["Finished while the kernel was restarting"], facts],
  },

  /** Whether a failed job was charged, by `sent` and `charged`; the more certain fact wins. */
  charge: {
    nothing: "Nothing was sent or charged.",
    notSent: "Nothing was sent.",
    no: "Not charged, according to the provider.",
    free: "Nothing was charged.",
    yes: "The provider charged for it.",
    unknown: "We can't tell whether you were charged.",
  },
  mayExist: { paid: "The job may exist and may be charged.", free: "The job may exist." },
  chargedAgain: "Generating it again may be charged again.",
  fate: {
    cancellable: "The job continues at [provider] and may be charged.",
    uncancellable: "[provider] can't cancel this; it may finish and be charged.",
    free: "The job continues; nothing is charged.",
  },

  act: {
    cancel: "Cancel",
    detach: "Stop watching",
    watch: "Watch again",
    restore: "Find it",
    recover: "Look for it",
    resend: "Send again (may charge twice)",
    resendFree: "Send again",
    recheck: "Check again",
    repeat: "Make a new one",
    show: "Show it",
    reconnect: "Reconnect",
  },
  /** One word for each state, on a tile of the library. */
  tileState: {
    ready: "ready",
    waiting: "waiting",
    draft: "sending",
    submitting: "sending",
    queued: "waiting",
    running: "running",
    slow: "running",
    busy: "running",
    saving: "saving",
    succeeded: "ready",
    reused: "ready",
    searching: "searching",
    locked: "locked",
    broken: "missing",
    failed: "failed",
    cancelled: "cancelled",
    stopped: "cancelled",
    expired: "expired",
    unknown_outcome: "unknown",
    unreachable: "offline",
    detached: "not watched",
    gone: "not watched",
    restarted: "not watched",
    saved: "ready",
    restored: "ready",
  },
  replaceKey: "Replace key",
  tryAgain: "Try again",
  tryAgainIn: "Try again in {left}",
  addCredit: "Add credit",
  addCreditHint: "Opens billing at {provider} in a new tab",
  chooseAnother: "Choose another model",
  fixSetting: "Change {name}",
  fix: {
    prompt: "Edit prompt",
    model: "Change model",
    duration: "Change length",
    size: "Change size",
    aspect: "Change shape",
    resolution: "Change resolution",
    negative: "Change what to avoid",
    n: "Change number of clips",
    fps: "Change frames per second",
    seed: "Change seed",
    sound: "Change sound",
    draft: "Change draft",
    enhance: "Change enhancement",
    extra: "Change further fields",
    image: "Change start image",
    last_frame: "Change end image",
    references: "Change reference images",
    audio: "Change audio",
    video: "Change video",
    provider: "Use another provider",
  },

  prompt: "Prompt",
  examplesLabel: "Examples",
  examples: ["Waves at sunset", "Northern lights over a lake", "A paper boat in neon rain"],
  model: "Model",
  priceFact: "≈\u00a0{cost}",
  formAway: "The notebook's kernel isn't running",
  formAwayHint: "Start the kernel to go on. What you typed stays.",
  formRestarted: "The kernel was restarted",
  formRestartedHint: "What you typed stays.",
  reconnecting: "Reconnecting…",
  reconnectFailed: "This kernel can't load jupyter_videogen. Run the cell again.",
  noAnswer: "The kernel does not respond.",

  media: {
    image: "Start image",
    last_frame: "End image",
    references: "Reference images",
    audio: "Audio",
    video: "Video",
  },
  lastFrameOf: "last frame of “[prompt]”",
  unreadable: "[name] can't be read. Choose another file.",
  wrongKind: {
    image: "[name] is not an image.",
    audio: "[name] is not an audio file.",
    video: "[name] is not a video.",
  },

  load: "Load {total}",
  coming: "Loading the clip: {done} of {total}",
  comingLabel: "Loading the clip",

  transport: "Player",
  frameBack: "Previous frame",
  frameForward: "Next frame",
  captions: "Captions",
  speed: "Speed",
  loop: "Loop",
  float: "Picture in picture",
  fullScreen: "Full screen",
  soundOn: "Sound on",
  soundOff: "Sound off",
  takes: "Clips",
  take: "Clip {number}",
  tools: "Clip actions",
  edit: "Edit",
  remix: "Remix",
  remixHint: "Same request, new seed",
  proceed: "Continue",
  proceedHint: "Continue from the last frame",
  save: "Save as",
  share: "Share",
  star: "Star",
  codec: "This browser can't play H.264. Use another browser or a video player.",

  moreText: "more",
  lessText: "less",
  settings: "Settings",
  copyOption: "Copy {option}",

  asCode: "Copy as code",
  asCodeHint: "Copy the cell. Hold, or press Alt+↓, for other forms.",
  language: "Language",
  languages: { magic: "Cell", python: "Python", async: "Async", curl: "curl", json: "JSON" },
  code: "The request as code",
  copy: "Copy",
  copied: "Copied",
  selected: "Selected: press Ctrl+C",
  copyDetails: "Copy details",

  pick: "Pick to compare",
  remove: "Remove from the library",

  compare: "Compare",
  playAll: "Play all",
  play: "Play",
  pause: "Pause",
  position: "Position",
  positionSpoken: "{at} of {end} seconds",

  length: "Length",
  size: "Size",
  aspect: "Shape",
  resolution: "Resolution",
  negative: "Avoid",
  n: "Number of clips",
  fps: "Frames per second",
  sound: "Sound",
  draft: "Draft",
  enhance: "Enhance the prompt",
  extra: "Further fields (JSON)",
  seed: "Seed",
  priced: "{act} · ≈ {cost}",
  unpaid: "{act} · free",
  free: "free",
  sending: "Sending…",
  busy: "Waiting for the running cell to end.",

  // What a result is of.
  usePrompt: "Use this prompt",

  tryOne: "Try one",
  insertCell: "Insert cell",

  percentSpoken: "{percent} percent",
  working: "working…",
  preview: "Preview of the clip",
  details: "Details",
  detail: {
    code: "Error",
    job: "Job",
    provider: "Provider",
    model: "Model",
    time: "Time",
    sent: "Sent",
    charged: "Charged",
    request: "Request id",
  },
  known: { yes: "yes", no: "no", unknown: "unknown" },
  notes: "Notes",
  needsKernel:
    "Only this kernel has this job's key: if you shut it down, nobody fetches the clip. For later jobs, store it: %videogen connect {provider}, or in the environment.",
  seedFact: "seed {seed}",
} as const satisfies Strings;

/** The type of the English table with every text widened to `string`, for other languages. */
export type Widened<T> = T extends string
  ? string
  : T extends readonly string[]
    ? readonly string[]
    : { readonly [K in keyof T]: Widened<T[K]> };
export type StringTable = Widened<typeof en>;

const tables: Readonly<Record<string, StringTable>> = { en };

/** The texts in a language; English where there are none. */
export function getStrings(language: string): StringTable {
  return tables[language] ?? tables[language.split("-")[0] ?? ""] ?? en;
}

export const strings: StringTable = getStrings(
  (typeof document === "undefined" ? "" : document.documentElement.lang) || "en",
);
