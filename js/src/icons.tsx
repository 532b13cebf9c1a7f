/** Icons on a 16 px grid, drawn with the text's colour. Decoration only: a word stands beside each. */

const paths = {
  alert: "M8 2.5 14 13H2zM8 6.5v3M8 11.25h.01",
  bolt: "M9 1.75 3.5 9h3.75L7 14.25 12.5 7H8.75z",
  check: "m3 8.5 3.25 3.25L13 4.5",
  dice: "M4 2.75h8c.7 0 1.25.55 1.25 1.25v8c0 .7-.55 1.25-1.25 1.25H4c-.7 0-1.25-.55-1.25-1.25V4c0-.7.55-1.25 1.25-1.25zM5.75 5.75h.01M10.25 5.75h.01M8 8h.01M5.75 10.25h.01M10.25 10.25h.01",
  down: "m4 6.25 4 4 4-4",
  edit: "M10.5 3.25 12.75 5.5 5.5 12.75l-3 .75.75-3z",
  eye: "M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8zM8 6.25a1.75 1.75 0 1 1 0 3.5 1.75 1.75 0 0 1 0-3.5z",
  question:
    "M8 2.25a5.75 5.75 0 1 1 0 11.5 5.75 5.75 0 0 1 0-11.5zM6.3 6.4a1.75 1.75 0 1 1 2.6 1.55c-.6.33-.9.65-.9 1.2M8 11.1h.01",
  retry: "M13 7.25A5.25 5.25 0 1 0 12.2 11M13.25 3.5v3.75H9.5",
  right: "m6.25 4 4 4-4 4",
  search: "M7 2.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 0 1 0-8.5zM10.25 10.25l3 3",
  stop: "M4.75 3.75h6.5c.55 0 1 .45 1 1v6.5c0 .55-.45 1-1 1h-6.5c-.55 0-1-.45-1-1v-6.5c0-.55.45-1 1-1z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, end = false }: { name: IconName; end?: boolean }) {
  const side = name === "right" ? " is-turning" : "";
  return (
    <svg class={`videogen-icon${end ? " is-end" : ""}${side}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** A frame whose dots grow into a picture. */
export function Mark() {
  return (
    <svg class="videogen-icon videogen-mark" viewBox="0 0 18 16" aria-hidden="true">
      <rect x="1.5" y="2.5" width="15" height="11" rx="2" />
      <g fill="currentColor" stroke="none">
        <circle cx="4.75" cy="8" r=".9" />
        <circle cx="8" cy="8" r="1.5" />
        <circle cx="12.4" cy="8" r="2.3" />
      </g>
    </svg>
  );
}

/** Half ink, half paper: drawn by the local engine. */
export function LocalMark() {
  return (
    <svg class="videogen-icon" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="5.25" />
      <path d="M8 2.75a5.25 5.25 0 0 1 0 10.5z" fill="currentColor" />
    </svg>
  );
}
