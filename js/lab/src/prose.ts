/** Colours for `%%videogen` cells: their text is prose, not Python. */

import { EditorLanguageRegistry, type IEditorLanguageRegistry, type Parser } from "@jupyterlab/codemirror";
import type { CellModel, INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";

const PROSE = "text/x-videogen";
const MAGIC = /^\s*%%videogen\b/;

/** A name that no theme colours: where text has none, the completer takes an empty word and offers all that has one. */
const WORDS = "content";

interface Line {
  isFirst: boolean;
  isBody: boolean;
}

/** The magic and its options on the first line; below it words, `{variables}` and the line between two prompts. */
export const parser: Parser<Line> = {
  name: "videogen",
  startState: () => ({ isFirst: true, isBody: false }),
  token(stream, line) {
    if (line.isFirst && stream.match(MAGIC)) {
      line.isFirst = false;
      return "meta";
    }
    if (stream.sol() && !line.isFirst) line.isBody = true;
    if (!line.isBody) {
      if (stream.match(/^\s+/)) return null;
      if (stream.match(/^--?[a-z][\w-]*/)) return "attribute";
      if (stream.match(/^("[^"]*"?|'[^']*'?)/)) return "string";
      stream.match(/^[^\s"']+/);
      return WORDS;
    }
    if (stream.sol() && stream.match(/^---+\s*$/)) return "hr";
    if (stream.match(/^\{[^{}]*\}/)) return "variable-2";
    if (!stream.match(/^[^{]+/)) stream.next();
    return WORDS;
  },
};

/** Keep a cell's language to what its text begins with; the host resets all cells when the kernel's language is known. */
function follow(cell: CellModel): void {
  let before = "";
  const look = () => {
    const isProse = cell.type === "code" && MAGIC.test(cell.sharedModel.getSource());
    if (isProse && cell.mimeType !== PROSE) {
      before = cell.mimeType;
      cell.mimeType = PROSE;
    } else if (!isProse && cell.mimeType === PROSE) cell.mimeType = before || "text/x-ipython";
  };
  cell.sharedModel.changed.connect((_, { sourceChange }) => sourceChange && look());
  cell.mimeTypeChanged.connect(look);
  look();
}

function followAll({ context }: NotebookPanel): void {
  const known = new WeakSet<CellModel>();
  const look = () => {
    for (const cell of context.model.cells) {
      if (!known.has(cell)) follow(cell);
      known.add(cell);
    }
  };
  void context.ready.then(() => {
    look();
    context.model.cells.changed.connect(look);
  });
}

export function colourProse(languages: IEditorLanguageRegistry, tracker: INotebookTracker): void {
  languages.addLanguage({ name: "videogen", mime: PROSE, support: EditorLanguageRegistry.legacy(parser) });
  tracker.forEach(followAll);
  tracker.widgetAdded.connect((_, panel) => followAll(panel));
}
