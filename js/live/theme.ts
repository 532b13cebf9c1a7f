/** The document's theme, in the words that the page reads: `data-jp-theme-light`. */

const system = matchMedia("(prefers-color-scheme: dark)");

/** The theme `furo` has chosen; "auto" leaves it to the system. */
const isDark = (): boolean => {
  const { theme } = document.body.dataset;
  return theme === "dark" || (theme !== "light" && system.matches);
};

/** Mark a place, and mark it anew when the theme changes: before the page looks, which hears of the same change later. */
export function followTheme(place: HTMLElement): void {
  const mark = () => {
    place.dataset["jpThemeLight"] = String(!isDark());
  };
  mark();
  new MutationObserver(mark).observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
  system.addEventListener("change", mark);
}
