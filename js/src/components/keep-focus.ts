/** Focus whose element is removed, hidden or disabled goes back to where it was before, and never to the page. */

const HIDING = ["inert", "disabled", "hidden"];
const REMEMBERED = 8;
/** What may be charged: a key that is pressed twice must not meet it by a move that nobody made. */
const SPENDING = ".is-primary, .is-risky, [type=submit]";
/** What can be named as a whole, and so be a place to stand. */
const PLACES = "[tabindex='-1'], fieldset, form, section, [role=group], [role=region]";

const isAlive = (node: Element): boolean =>
  node.isConnected &&
  node.closest("[inert]") === null &&
  !node.matches(":disabled") &&
  (node.checkVisibility?.({ visibilityProperty: true }) ?? true);

function listAncestors(node: Element): readonly Element[] {
  const found: Element[] = [];
  for (let at = node.parentElement; at; at = at.parentElement) found.push(at);
  return found;
}

/** The nearest place around something that is gone: the stop of a list whose item it was, or a group. */
function findPlace(around: readonly Element[], root: HTMLElement): HTMLElement {
  const living = around.filter((node) => root.contains(node) && isAlive(node));
  const stop = living[0]?.querySelector<HTMLElement>("[tabindex='0']");
  if (stop && isAlive(stop) && !stop.matches(SPENDING)) return stop;
  return living.find((node): node is HTMLElement => node.matches(PLACES)) ?? root;
}

function stand(place: HTMLElement): void {
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

/** Somebody has taken the focus to something else. */
function isElsewhere(lost: Element): boolean {
  const { activeElement } = (lost.isConnected ? lost.getRootNode() : document) as Document | ShadowRoot;
  return activeElement !== null && activeElement !== document.body && activeElement !== lost;
}

/** Keep the focus inside `root` once it is there, until somebody takes it elsewhere. */
export function keepFocus(root: HTMLElement, until: AbortSignal): void {
  let trail: readonly HTMLElement[] = [];
  let around: readonly Element[] = [];
  const forget = () => {
    [trail, around] = [[], []];
  };
  const onFocusIn = ({ target }: FocusEvent) => {
    const node = target as HTMLElement;
    trail = [node, ...trail.filter((one) => one !== node)].slice(0, REMEMBERED);
    around = listAncestors(node);
  };
  const onFocusOut = ({ target, relatedTarget }: FocusEvent) => {
    if (relatedTarget !== null) return root.contains(relatedTarget as Node) ? undefined : forget();
    // Browsers also tell this of what they take the focus from because it is gone.
    queueMicrotask(() => isAlive(target as Element) && trail[0] === target && forget());
  };
  const mend = () => {
    const [lost, ...before] = trail;
    if (lost === undefined || isAlive(lost) || !root.isConnected) return;
    if (isElsewhere(lost)) return;
    stand(before.find((node) => isAlive(node) && !node.matches(SPENDING)) ?? findPlace(around, root));
  };
  root.addEventListener("focusin", onFocusIn, { signal: until });
  root.addEventListener("focusout", onFocusOut, { signal: until });
  const observer = new MutationObserver(mend);
  observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: HIDING });
  /** The output is gone with all that is in it: the host's cell around it takes the focus, as far as it can. */
  const leave = () => {
    observer.disconnect();
    const [lost] = trail;
    const cell = around.find(
      (node) => node.isConnected && !root.contains(node) && node.hasAttribute("tabindex"),
    );
    if (lost && !lost.isConnected && !isElsewhere(lost))
      (cell as HTMLElement | undefined)?.focus({ preventScroll: true });
  };
  // Those who end the view remove its nodes in the same turn.
  until.addEventListener("abort", () => queueMicrotask(leave), { once: true });
}
