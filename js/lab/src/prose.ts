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
function follow(cell: CellModel, languages: IEditorLanguageRegistry): void {
  let before = "text/x-ipython";
  const isProse = () => cell.type === "code" && MAGIC.test(cell.sharedModel.getSource());
  const look = async () => {
    if (cell.mimeType !== PROSE) before = cell.mimeType;
    // An editor shows the language that has loaded last, not the one that was asked for last.
    if (isProse()) await languages.getLanguage(before).then(nextTask, nextTask);
    if (isProse() !== (cell.mimeType === PROSE)) cell.mimeType = isProse() ? PROSE : before;
  };
  cell.sharedModel.changed.connect((_, { sourceChange }) => sourceChange && void look());
  cell.mimeTypeChanged.connect(() => void look());
  void look();
}

const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve));

function followAll({ context }: NotebookPanel, languages: IEditorLanguageRegistry): void {
  const known = new WeakSet<CellModel>();
  const look = () => {
    for (const cell of context.model.cells) {
      if (!known.has(cell)) follow(cell, languages);
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
  const start = (panel: NotebookPanel): void => followAll(panel, languages);
  tracker.forEach(start);
  tracker.widgetAdded.connect((_, panel) => start(panel));
}
