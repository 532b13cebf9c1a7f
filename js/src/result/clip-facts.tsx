/** One line of facts about a finished clip: its length, its size, its price, and its file. */

import * as format from "../text/format";
import { strings } from "../text/strings";
import { fill, Template, type Values } from "../text/template";

/** Characters of a path that are shown; the rest is left out of its middle. */
const SHOWN_PATH = 42;

interface ClipFactsProps {
  readonly values: Values;
  readonly path: string;
  /** What to say of its content credentials; empty where it has none. */
  readonly credentials: string;
  /** Where the file can be opened; null while it is looked for. */
  readonly url: string | null;
}

export function ClipFacts({ values, path, credentials, url }: ClipFactsProps) {
  const name = <bdi>{format.shortenMiddle(path, SHOWN_PATH)}</bdi>;
  return (
    <p class="videogen-explanation videogen-clip-facts">
      <span>
        <Template parts={strings.lines.succeeded[1]} values={values} between=" · " />
      </span>
      <span class="videogen-separator"> · </span>
      {url ? (
        <a class="videogen-link" href={url} target="_blank" rel="noopener" title={path}>
          {name}
        </a>
      ) : (
        <span class="videogen-link" title={path}>
          {name}
        </span>
      )}
      {credentials && (
        <span>
          <span class="videogen-separator"> · </span>
          {fill(strings.credentials, { credentials })}
        </span>
      )}
    </p>
  );
}
