/** Elements in one call, without a library; text is always text. */

type Props = Readonly<Record<string, string | boolean | ((event: never) => void)>>;

/** Make an element: functions become listeners, `true` an empty attribute, `false` none. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  props: Props = {},
  ...children: readonly (Node | string | null)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(key, value as (event: Event) => void);
    else if (value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Show `wanted` in a list, reusing the element of each key: what has the focus, or plays, stays. */
export function reconcile<Item>(
  list: HTMLElement,
  wanted: readonly Item[],
  keyOf: (item: Item) => string,
  draw: (item: Item, old: HTMLElement | null) => HTMLElement,
): void {
  const known = new Map([...list.children].map((node) => [(node as HTMLElement).dataset["key"], node]));
  const nodes = wanted.map((item) => {
    const key = keyOf(item);
    const node = draw(item, (known.get(key) as HTMLElement | undefined) ?? null);
    node.dataset["key"] = key;
    return node;
  });
  for (const node of [...list.children]) if (!nodes.includes(node as HTMLElement)) node.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}
