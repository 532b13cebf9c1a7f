/** Icons on a 16 px grid in the text's colour. They are decorative: each has a label beside it. */

const paths = {
  alert: "M8 2.5 14 13H2zM8 6.5v3M8 11.25h.01",
  audio: "M2.75 6.25v3.5h2.5L8.5 12.5v-9L5.25 6.25zM11 5.75a3.2 3.2 0 0 1 0 4.5M12.75 4a5.6 5.6 0 0 1 0 8",
  back: "M4 3.5v9M12.5 3.75v8.5L6.5 8z",
  bolt: "M9 1.75 3.5 9h3.75L7 14.25 12.5 7H8.75z",
  check: "m3 8.5 3.25 3.25L13 4.5",
  close: "m4 4 8 8M12 4l-8 8",
  code: "m5.5 4.25-3.75 3.75 3.75 3.75M10.5 4.25 14.25 8l-3.75 3.75",
  compare:
    "M8 1.75v12.5M6 3.25H3.5c-.7 0-1.25.55-1.25 1.25v7c0 .7.55 1.25 1.25 1.25H6M10 3.25h2.5c.7 0 1.25.55 1.25 1.25v7c0 .7-.55 1.25-1.25 1.25H10",
  copy: "M6.5 5.25h5.75c.55 0 1 .45 1 1V13c0 .55-.45 1-1 1H6.5c-.55 0-1-.45-1-1V6.25c0-.55.45-1 1-1zM3.75 10.75h-.5c-.55 0-1-.45-1-1V3c0-.55.45-1 1-1H9c.55 0 1 .45 1 1v.25",
  dice: "M4 2.75h8c.7 0 1.25.55 1.25 1.25v8c0 .7-.55 1.25-1.25 1.25H4c-.7 0-1.25-.55-1.25-1.25V4c0-.7.55-1.25 1.25-1.25zM5.75 5.75h.01M10.25 5.75h.01M8 8h.01M5.75 10.25h.01M10.25 10.25h.01",
  down: "m4 6.25 4 4 4-4",
  edit: "M10.5 3.25 12.75 5.5 5.5 12.75l-3 .75.75-3z",
  eye: "M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8zM8 6.25a1.75 1.75 0 1 1 0 3.5 1.75 1.75 0 0 1 0-3.5z",
  forward: "M12 3.5v9M3.5 3.75v8.5l6-4.25z",
  full: "M2.75 6V2.75H6M10 2.75h3.25V6M13.25 10v3.25H10M6 13.25H2.75V10",
  image:
    "M3.25 3.25h9.5c.55 0 1 .45 1 1v7.5c0 .55-.45 1-1 1h-9.5c-.55 0-1-.45-1-1v-7.5c0-.55.45-1 1-1zM2.5 11l3.25-3.25L8.5 10.5l2-2 3 2.75M10.5 6h.01",
  insert: "M2.75 2.75h10.5v4H2.75zM8 6.75v6.5M5.75 11 8 13.25 10.25 11",
  key: "M8.5 8a3.1 3.1 0 1 1-6.2 0 3.1 3.1 0 0 1 6.2 0zM8.5 8h5.25v2.25M11.25 8v1.75",
  link: "M6.75 9.25a2.5 2.5 0 0 0 3.6 0l2.4-2.4a2.5 2.5 0 0 0-3.6-3.6l-.9.9M9.25 6.75a2.5 2.5 0 0 0-3.6 0l-2.4 2.4a2.5 2.5 0 0 0 3.6 3.6l.9-.9",
  loop: "M3 7.5V6.25c0-1.1.9-2 2-2h7.5M10.5 2.25l2 2-2 2M13 8.5v1.25c0 1.1-.9 2-2 2H3.5M5.5 13.75l-2-2 2-2",
  mute: "M2.75 6.25v3.5h2.5L8.5 12.5v-9L5.25 6.25zM11 6.5l3 3M14 6.5l-3 3",
  pause: "M5.25 3.5v9M10.75 3.5v9",
  play: "M4.75 2.75v10.5L13 8z",
  proceed: "M2.75 3.75v8.5L9 8zM12.75 3.5v9",
  question:
    "M8 2.25a5.75 5.75 0 1 1 0 11.5 5.75 5.75 0 0 1 0-11.5zM6.3 6.4a1.75 1.75 0 1 1 2.6 1.55c-.6.33-.9.65-.9 1.2M8 11.1h.01",
  remix:
    "M2 4.5h2.25c1 0 1.7.5 2.25 1.4l2.6 4.2c.55.9 1.25 1.4 2.25 1.4h2.4M2 11.5h2.25c1 0 1.7-.5 2.25-1.4M9.1 5.9c.55-.9 1.25-1.4 2.25-1.4h2.4M12 2.75l1.75 1.75L12 6.25M12 9.75l1.75 1.75L12 13.25",
  retry: "M13 7.25A5.25 5.25 0 1 0 12.2 11M13.25 3.5v3.75H9.5",
  right: "m6.25 4 4 4-4 4",
  save: "M8 2.25v7.5M4.75 6.75 8 10l3.25-3.25M2.75 13.25h10.5",
  search: "M7 2.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 0 1 0-8.5zM10.25 10.25l3 3",
  share: "M8 9.75v-7.5M4.75 5.25 8 2l3.25 3.25M5 7.75H3.25v6h9.5v-6H11",
  star: "m8 2 1.85 3.75 4.15.6-3 2.9.7 4.1L8 11.4l-3.7 1.95.7-4.1-3-2.9 4.15-.6z",
  stop: "M4.75 3.75h6.5c.55 0 1 .45 1 1v6.5c0 .55-.45 1-1 1h-6.5c-.55 0-1-.45-1-1v-6.5c0-.55.45-1 1-1z",
  trash: "M3 4.5h10M6.25 4.25V3h3.5v1.25M4.5 4.75l.6 8.25h5.8l.6-8.25M6.9 7v3.75M9.1 7v3.75",
  video:
    "M3.25 3.25h9.5c.55 0 1 .45 1 1v7.5c0 .55-.45 1-1 1h-9.5c-.55 0-1-.45-1-1v-7.5c0-.55.45-1 1-1zM6.75 5.75v4.5L10.5 8z",
  window:
    "M6.25 12.25h-3c-.55 0-1-.45-1-1v-6.5c0-.55.45-1 1-1h9.5c.55 0 1 .45 1 1v2M9.25 9.25h4c.3 0 .5.2.5.5v2.5c0 .3-.2.5-.5.5h-4c-.3 0-.5-.2-.5-.5v-2.5c0-.3.2-.5.5-.5z",
} as const;

export type IconName = keyof typeof paths;

/** Icons that are mirrored in right-to-left text; those of the player are not. */
const mirrored: ReadonlySet<IconName> = new Set(["right", "proceed"]);

interface IconProps {
  readonly name: IconName;
  readonly end?: boolean;
  /** Filled, for a toggle that is on. */
  readonly solid?: boolean;
}

export function Icon({ name, end = false, solid = false }: IconProps) {
  const modifiers = [end && "is-end", mirrored.has(name) && "is-turning", solid && "is-solid"].filter(
    Boolean,
  );
  return (
    <svg class={["videogen-icon", ...modifiers].join(" ")} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** The logo: a frame with three dots of growing size. */
export function Logo() {
  return (
    <svg class="videogen-icon videogen-logo" viewBox="0 0 18 16" aria-hidden="true">
      <rect x="1.5" y="2.5" width="15" height="11" rx="2" />
      <g fill="currentColor" stroke="none">
        <circle cx="4.75" cy="8" r=".9" />
        <circle cx="8" cy="8" r="1.5" />
        <circle cx="12.4" cy="8" r="2.3" />
      </g>
    </svg>
  );
}

/** The icon of the local engine: a half-filled circle. */
export function LocalEngineIcon() {
  return (
    <svg class="videogen-icon" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="5.25" />
      <path d="M8 2.75a5.25 5.25 0 0 1 0 10.5z" fill="currentColor" />
    </svg>
  );
}
