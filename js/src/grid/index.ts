/** A module of the page: it draws a grid, and comes from the kernel when one is first shown. */

import grid from "../styles/grid.css";

export { Grid } from "./grid";

export const css: string = grid;
