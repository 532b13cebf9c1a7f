/**
 * Packs: scripts that hand over a text or a clip. A page opened from a disk (`file:`) may load scripts and nothing else, so
 * everything comes in them.
 */

/** Gives a pack by its name. */
export type LoadPack = (name: string) => Promise<string>;

/** Packs call this by name: `videogenLive("clip-sea", "…")`. */
declare global {
  var videogenLive: ((name: string, text: string) => void) | undefined;
}

/** Return what loads packs from a folder; each is loaded once. */
export function createLoader(folder: string): LoadPack {
  const given = new Map<string, string>();
  const loading = new Map<string, Promise<string>>();
  globalThis.videogenLive = (name, text) => {
    given.set(name, text);
  };
  const load = (name: string) =>
    new Promise<string>((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${folder}${name}.js`;
      script.onload = () => resolve(given.get(name) ?? "");
      script.onerror = () => reject(new Error(`${name}.js could not be loaded.`));
      document.head.append(script);
    });
  return (name) => {
    const text = loading.get(name) ?? load(name);
    loading.set(name, text);
    return text;
  };
}

/** Turn a clip's or a picture's base64 text into its bytes. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}
