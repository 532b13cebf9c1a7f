/** What a widget says last is heard, even where the host takes its output away in the same moment. */

const LIVE = "[role=status], [role=alert], [aria-live]";
/** How long a screen reader may need until it comes to a text, and through it. */
const HEARD_MILLISECONDS = 10_000;
const REGION_ID = "videogen-last-words";
const UNSEEN =
  "position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap";

/** One for the page: a live region that is inserted together with its text is often not read. */
function getRegion(): HTMLElement {
  const found = document.getElementById(REGION_ID);
  if (found) return found;
  const region = document.createElement("div");
  region.id = REGION_ID;
  region.setAttribute("role", "status");
  region.style.cssText = UNSEEN;
  document.body.append(region);
  return region;
}

/** Say a text that stays until it was heard. */
function say(text: string): void {
  const line = document.createElement("p");
  line.textContent = text;
  getRegion().append(line);
  setTimeout(() => line.remove(), HEARD_MILLISECONDS);
}

/** Say again what a widget has said a moment before it is removed. */
export function keepLastWords(root: HTMLElement, until: AbortSignal): void {
  getRegion();
  const said = new Map<Element, number>();
  const observer = new MutationObserver((changes) => {
    for (const { target } of changes) {
      const region = (target instanceof Element ? target : target.parentElement)?.closest(LIVE);
      if (region) said.set(region, performance.now());
    }
  });
  observer.observe(root, { childList: true, characterData: true, subtree: true });
  const end = () => {
    observer.disconnect();
    const recent = [...said].filter(([, at]) => performance.now() - at < HEARD_MILLISECONDS);
    const words = recent.map(([region]) => region.textContent?.trim()).filter(Boolean);
    if (words.length > 0) say(words.join(" "));
  };
  until.addEventListener("abort", end, { once: true });
}
