/** A module of the page: it draws a story, and comes from the kernel when one is first shown. */

import story from "../styles/story.css";

export { Story } from "./story";

export const css: string = story;
