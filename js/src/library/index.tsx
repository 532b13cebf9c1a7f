/** The second module of the page: it draws the library, and comes from the kernel when a library is first shown. */

import type { View } from "../state/view";
import css from "../styles/library.css";
import { Library } from "./library";

export default function LibraryWithStyle({ view }: { view: View }) {
  return (
    <>
      <style>{css}</style>
      <Library view={view} />
    </>
  );
}
