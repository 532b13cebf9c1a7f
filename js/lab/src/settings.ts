/** The user's settings, which are on where there are none. */

import type { ISettingRegistry } from "@jupyterlab/settingregistry";

export type Switch = "notify" | "panel" | "status";
export type IsOn = (name: Switch) => boolean;

/** Return what follows the settings of a plugin; `onChange` is called when they have loaded and at each change. */
export function followSettings(
  registry: ISettingRegistry | null,
  plugin: string,
  onChange: () => void,
): IsOn {
  let composite: Readonly<Record<string, unknown>> = {};
  void registry?.load(plugin).then(
    (loaded) => {
      const read = () => {
        composite = loaded.composite;
        onChange();
      };
      loaded.changed.connect(read);
      read();
    },
    (error: unknown) => console.warn("jupyter-videogen: its settings could not be read.", error),
  );
  return (name) => composite[name] !== false;
}
