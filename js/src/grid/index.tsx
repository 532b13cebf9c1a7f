/** A module of the page: it draws a grid, and comes from the kernel when one is first shown. */

import type { View } from "../state/view";
import css from "../styles/grid.css";
import { Grid } from "./grid";

export default function GridWithStyle({ view }: { view: View }) {
  return (
    <>
      <style>{css}</style>
      <Grid view={view} />
    </>
  );
}
