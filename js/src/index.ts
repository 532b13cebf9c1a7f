/** The anywidget module: one session per model, one view per `render`; both release everything at their end. */

import { effect } from "@preact/signals";
import { render as draw, h } from "preact";
import { App } from "./app";
import { keepFocus } from "./components/keep-focus";
import { keepLastWords } from "./components/last-words";
import type { Model } from "./kernel/connection";
import { Session } from "./state/session";
import { createView } from "./state/view";
import { nameView } from "./state/view-state";
import "./styles.css";

interface RenderProps {
  readonly model: Model;
  /** Missing in older hosts, which call the returned function instead. */
  readonly signal?: AbortSignal;
}

/** Return a controller that is aborted together with the host's signal. */
function followEnd(signal: AbortSignal | undefined): AbortController {
  const end = new AbortController();
  if (signal?.aborted) end.abort();
  signal?.addEventListener("abort", () => end.abort(), { once: true, signal: end.signal });
  return end;
}

/** An output in an iframe that is as high as its contents says nothing about the window: there the screen counts. */
function limitHeight(root: HTMLElement): void {
  if (window.top === window) return;
  root.style.setProperty("--videogen-tallest", `${Math.round(screen.availHeight * 0.6)}px`);
}

function createRoot(until: AbortSignal): HTMLElement {
  const root = document.createElement("section");
  root.className = "videogen";
  root.setAttribute("role", "region");
  // JupyterLab's command mode would handle keys that are pressed on our buttons; other hosts listen on outer elements.
  limitHeight(root);
  root.dataset["lmSuppressShortcuts"] = "true";
  for (const type of ["keydown", "keyup", "keypress"] as const) {
    root.addEventListener(type, (event) => event.stopPropagation(), { signal: until });
  }
  keepFocus(root, until);
  return root;
}

/** A page may show the same prompt twice: landmarks with the same name are not told apart. */
function findFreeName(root: HTMLElement, name: string): string {
  const others = new Set(
    [...document.querySelectorAll("section.videogen")].map((one) => one !== root && one.ariaLabel),
  );
  let free = name;
  for (let number = 2; others.has(free); number++) free = `${name} (${number})`;
  return free;
}

export default () => {
  let session: Session | undefined;

  const startSession = (model: Model, until: AbortSignal): Session => {
    const started = new Session(model);
    until.addEventListener(
      "abort",
      () => {
        started.dispose();
        if (session === started) session = undefined;
      },
      { once: true },
    );
    return started;
  };

  return {
    initialize({ model, signal }: RenderProps): () => void {
      const end = followEnd(signal);
      session = startSession(model, end.signal);
      return () => end.abort();
    },

    render({ model, el, signal }: RenderProps & { readonly el: HTMLElement }): () => void {
      const end = followEnd(signal);
      // Where the host does not call `initialize`, each view has a session of its own.
      const shared = session ?? startSession(model, end.signal);
      const root = createRoot(end.signal);
      el.replaceChildren(root);
      const view = createView(shared, root, end.signal);
      const stopLook = effect(() => {
        root.dataset["theme"] = view.theme.value.theme;
        root.ariaLabel = findFreeName(root, nameView(view));
      });
      draw(h(App, { view }), root);
      keepLastWords(root, end.signal);
      end.signal.addEventListener(
        "abort",
        () => {
          stopLook();
          draw(null, root);
          root.remove();
        },
        { once: true },
      );
      shared.connection.sayHello();
      return () => end.abort();
    },
  };
};
