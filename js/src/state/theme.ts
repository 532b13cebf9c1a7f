/** Detects a dark page: each host marks it in its own way; without a mark the system's setting counts. */

import { type ReadonlySignal, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const THEME_ATTRIBUTES = ["class", "data-jp-theme-light", "data-vscode-theme-kind", "theme", "data-theme"];

function findClosest(node: Element, selector: string): Element | null {
  const found = node.closest(selector);
  if (found !== null) return found;
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? findClosest(root.host, selector) : null;
}

export const prefersReducedMotion = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function detectTheme(node: Element, systemIsDark: boolean): Theme {
  const { body, documentElement: html } = document;
  const jupyter = findClosest(node, "[data-jp-theme-light]") ?? body;
  const isLight = jupyter.getAttribute("data-jp-theme-light");
  if (isLight !== null) return isLight === "false" ? "dark" : "light";
  const kind = body.getAttribute("data-vscode-theme-kind");
  if (kind !== null) return kind.includes("light") ? "light" : "dark";
  if (body.classList.contains("vscode-dark")) return "dark";
  const colab = html.getAttribute("theme");
  if (colab !== null) return colab === "dark" ? "dark" : "light";
  if (findClosest(node, ".dark, .dark-theme") !== null) return "dark";
  return systemIsDark ? "dark" : "light";
}

/** Follow the theme until the signal aborts. `revision` counts changes, so that canvases can repaint. */
export function watchTheme(
  node: Element,
  until: AbortSignal,
): ReadonlySignal<{ theme: Theme; revision: number }> {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const current = signal({ theme: detectTheme(node, system.matches), revision: 0 });
  const read = () => {
    current.value = { theme: detectTheme(node, system.matches), revision: current.peek().revision + 1 };
  };
  const observer = new MutationObserver(read);
  for (const marked of [document.documentElement, document.body]) {
    observer.observe(marked, { attributes: true, attributeFilter: THEME_ATTRIBUTES });
  }
  system.addEventListener("change", read, { signal: until });
  until.addEventListener("abort", () => observer.disconnect(), { once: true });
  return current;
}
