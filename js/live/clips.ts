/** The prepared clips and their stills, from packs. */

import { decode, type LoadPack } from "./packs";

interface Film {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly still: Uint8Array<ArrayBuffer>;
}

export class ClipShelf {
  readonly #load: LoadPack;
  readonly #films = new Map<string, Promise<Film>>();
  readonly #urls = new Map<string, Promise<string>>();

  constructor(load: LoadPack) {
    this.#load = load;
  }

  /** A clip's bytes and those of its still, a JPEG. */
  get(name: string): Promise<Film> {
    const film = this.#films.get(name) ?? this.#read(name);
    this.#films.set(name, film);
    return film;
  }

  /** An address of the clip in this page. */
  getUrl(name: string): Promise<string> {
    const url = this.#urls.get(name) ?? this.#makeUrl(name);
    this.#urls.set(name, url);
    return url;
  }

  async #read(name: string): Promise<Film> {
    const [clip = "", still = ""] = (await this.#load(`clip-${name}`)).split(" ");
    return { bytes: decode(clip), still: decode(still) };
  }

  async #makeUrl(name: string): Promise<string> {
    const { bytes } = await this.get(name);
    return URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
  }
}
