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
  region: "Video generation",
  name: "videogen",
  simulated: "local engine, not AI-made",
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
    expired: [
      ["[provider] no longer has this video"],
      ["It was not downloaded in time. Generating it again may be charged again."],
    ],
    unknown_outcome: [
      ["We lost the answer after sending"],
      ["The job may exist and may be charged. [found]"],
    ],
    unreachable: [
      ["Connection lost. The job continues at [provider]"],
      ["[message]", "[next]", "Checking again in {again}"],
    ],
    detached: [["Stopped watching"], ["[fate]"]],
    gone: [["The notebook's kernel isn't running"], ["Run this cell to watch the job again."]],
    restarted: [
      ["The kernel was restarted", "· [goesOn] goes on making it"],
      ["Run this cell to go on from here."],
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
  fate: {
    cancellable: "The job continues at [provider] and may be charged.",
    uncancellable: "[provider] can't cancel this; it may finish and be charged.",
    simulated: "The job continues; nothing is charged.",
  },

  act: {
    cancel: "Cancel",
    detach: "Stop watching",
    watch: "Watch again",
    restore: "Find it",
    recover: "Look for it",
    resend: "Send again (may charge twice)",
    recheck: "Check again",
    repeat: "Make a new one",
    show: "Show it",
  },
  /** One word for each state, on a tile of the history. */
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
  },

  prompt: "Prompt",
  examplesLabel: "Examples",
  examples: ["Waves at sunset", "Northern lights over a lake", "A paper boat in neon rain"],
  count: "{count} / {limit}",
  model: "Model",
  recovered: "Filled in from [name].",
  recoveredWithout: "Not found on this machine: [list].",
  modelHint: "Type a name, or load the list",
  retired: "No longer offered",
  refresh: "Load the list of models",
  inputs: {
    image: "start image",
    last_frame: "end image",
    references: "references",
    audio: "audio",
    video: "video",
  },
  inputsFact: "takes {inputs}",
  priceFact: "≈\u00a0{cost}",
  usualFact: "usually {usual}",
  provider: "Provider",
  readyToUse: "Ready to use",
  needsKey: "Needs a key",
  keyFrom: "Key found in {source}",
  connect: "Connect",
  connectTo: "Connect to {provider}",
  keyOf: "{provider} API key",
  keepKey: "Keep it in this computer's keyring",
  keyStays: "The key goes to the kernel, never into the notebook.",
  sharedMachine: "This computer is shared. Use a key you can revoke; it is forgotten when the kernel stops.",
  trust: "Trust it",
  trustFor: "Trust {provider}",
  projectAsks:
    "This project's videogen.toml asks for a key. The key is sent only if you agree, and only as stated here:",
  needKey: "Paste the key first.",
  notNow: "Not now",
  noAnswer: "The kernel does not respond.",

  media: {
    image: "Start image",
    last_frame: "End image",
    references: "Reference images",
    audio: "Audio",
    video: "Video",
  },
  drop: "Drop, paste",
  browse: "or browse",
  link: "Use a link, a path or a variable",
  linkHint: "https://…, cat.png or {variable}",
  takeOut: "Remove [name]",
  fromClip: "a clip's last frame",
  lastFrameOf: "last frame of “[prompt]”",
  uploading: "{sent} of {total}",
  stripped: "location and camera data removed",
  unreadable: "[name] can't be read. Choose another file.",
  wrongKind: {
    image: "[name] is not an image.",
    audio: "[name] is not an audio file.",
    video: "[name] is not a video.",
  },
  needUpload: "[name] is still being uploaded to the kernel.",
  fit: "Fit",
  fits: { none: "as it is", cover: "fill and crop", contain: "with bars" },
  kept: "Kept, but [model] doesn't use it: [list]",

  load: "Load {total}",
  coming: "Loading the clip: {done} of {total}",
  comingLabel: "Loading the clip",

  transport: "Player",
  frameBack: "Previous frame",
  frameForward: "Next frame",
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

  history: "History",
  scope: "Which jobs",
  scopes: { notebook: "This notebook", project: "This project", all: "All" },
  search: "Search",
  searchHistory: "Search history",
  starredOnly: "Starred",
  older: "Older",
  noneYet: "Your clips appear here.",
  noneFound: "Nothing found.",
  isNew: "new",
  endedReady: "“[prompt]” is ready.",
  ended: "“[prompt]” has ended.",
  removed: "Removed “[prompt]” from the history. The file is kept.",
  undo: "Undo",
  tileName: "[prompt], {state}, {day}, [model]",
  tileNameLong: "[prompt], {length}, {state}, {day}, [model]",
  pickHint: "To compare, pick two to six clips: Ctrl+click, C, or the button below a clip.",
  pick: "Pick to compare",
  remove: "Remove from the history",

  compare: "Compare",
  comparePrompt: "Compare — same prompt",
  compared: {
    prompt: "prompt",
    model: "model",
    duration: "length",
    size: "size",
    seed: "seed",
    negative: "what to avoid",
    fps: "frames per second",
  },
  differences: "Differences: {list}",
  noDifference: "Same settings.",
  hear: "Sound from {letter}",
  arrangement: "Layout",
  ways: { grid: "Grid", wipe: "Wipe" },
  wipeEdge: "Where A ends and B begins",
  closeCompare: "Close the comparison",
  playAll: "Play all",
  play: "Play",
  pause: "Pause",
  position: "Position",
  positionSpoken: "{at} of {end} seconds",

  length: "Length",
  seconds: "{seconds} s",
  range: "{shortest} to {longest} s",
  size: "Size",
  more: "More",
  moreList: "seed and further settings",
  moreSet: "{count} set",
  aspect: "Shape",
  resolution: "Resolution",
  negative: "Avoid",
  n: "Number of clips",
  fps: "Frames per second",
  sound: "Sound",
  draft: "Draft",
  enhance: "Enhance the prompt",
  extra: "Further fields (JSON)",
  chosenByModel: "Auto",
  on: "on",
  off: "off",
  spend: "Send",
  seed: "Seed",
  seedEmpty: "random",
  dice: "Pick a random seed",
  generate: "Generate",
  generatePriced: "Generate · ≈ {cost}",
  generateFree: "Generate · free",
  free: "free",
  sending: "Sending…",
  busy: "The kernel is busy. This happens when the running cell ends.",

  needLength: "Length is a whole number of seconds.",
  needModel: "Choose a model.",
  needCount: "How many is a whole number from 1 to {largest}.",
  needFps: "Frames per second is a whole number.",
  needObject: 'Write further fields as a JSON object, such as {"key": 1}.',
  needSeed: "Seed must be a whole number from 0 to {largest}, or empty.",

  /** Why a request is refused, word for word as `catalog/validation.py` says it. */
  invalid: {
    emptyPrompt: "The prompt is empty. Describe the video you want.",
    longPrompt: "The prompt is too long: {count} characters. Use at most {limit}.",
    notText: "The prompt contains characters that are not text (NUL or half a surrogate pair). Remove them.",
    seed: "The seed {seed} is out of range. Use 0 to {largest}.",
    duration: "[model] can't make a {duration}-second clip. Supported lengths: {choice}. Nearest: {nearest}.",
    lengths: "{list} s",
    lengthsFrom: "{shortest} s or more",
    lengthsBetween: "{shortest} to {longest} s",
    size: "[model] can't make [size]. Supported sizes: {choice}. Nearest: {nearest}.",
    notASize: '"[size]" is not a valid size. Write it as 1280x720.',
    evenSizes: "any even size from {smallest} to {largest}, sides from {shortest} to {longest}",
    multipleSizes:
      "any size in multiples of {multiple} from {smallest} to {largest}, sides from {shortest} to {longest}",
    choice: "[model] doesn't support [field] [value]. Supported: {choice}.",
    fpsFrom: "[model] makes {least} or more frames per second.",
    fpsBetween: "[model] makes {least} to {most} frames per second.",
    count: "[model] makes 1 to {most} clips at once.",
    image:
      'The start image is {given}, but [model] needs exactly {size}. Set fit to "cover", "contain" or "pad", or choose another size.',
    or: "{list} or {last}",
  },

  percentSpoken: "{percent} percent",
  working: "working…",
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
  seedFact: "seed {seed}",
} as const satisfies Strings;

/** The type of the English table with every text widened to `string`, for other languages. */
type Widened<T> = T extends string
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
