/** Copies the request as code: a click copies the cell, the menu has the other forms. */

import { useRef, useState } from "preact/hooks";
import { useMoment, writeClipboard } from "../components/clipboard";
import { CopiedLabel } from "../components/copied-label";
import { CopyButton } from "../components/copy-button";
import { Icon } from "../components/icons";
import { Menu } from "../components/menu";
import { findHost } from "../kernel/host";
import type { Code, RequestView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { strings } from "../text/strings";

type Language = Code["language"];
export const languages: readonly Language[] = ["magic", "python", "async", "curl", "json"];
/** A press of this length opens the menu. */
const LONG_PRESS_MILLISECONDS = 500;

/** What is shown below the button: code that could not be copied, or why there is none. */
interface Shown {
  readonly text: string;
  readonly isError: boolean;
}

class NoCode extends Error {}

function CodePanel({ id, shown }: { id: string; shown: Shown }) {
  if (shown.isError) return <p class="videogen-field-error">{shown.text}</p>;
  return (
    <div class="videogen-panel">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard */}
      <fieldset id={id} tabIndex={0} aria-label={strings.code}>
        <pre dir="ltr">{shown.text}</pre>
      </fieldset>
      <CopyButton text={shown.text} label={strings.copy} />
    </div>
  );
}

/** Opens a menu by a long press, a right click, Alt+Down; the click at the end of a long press is none. */
function useMenu() {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const press = useRef<{ timer?: ReturnType<typeof setTimeout>; isLong: boolean }>({ isLong: false });
  const show = () => {
    press.current.isLong = true;
    setOpen(true);
  };
  const end = () => clearTimeout(press.current.timer);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const events = {
    onPointerDown: () => {
      end();
      press.current = { isLong: false, timer: setTimeout(show, LONG_PRESS_MILLISECONDS) };
    },
    onPointerUp: end,
    onPointerLeave: end,
    onContextMenu: (event: Event) => {
      event.preventDefault();
      end();
      show();
    },
    onKeyDown: (event: KeyboardEvent) => {
      press.current.isLong = false;
      if (event.key !== "ArrowDown" || !event.altKey) return;
      event.preventDefault();
      setOpen(true);
    },
  };
  return { button, isOpen, close, events, isClick: () => !press.current.isLong };
}

interface CopyAsCodeProps {
  readonly view: View;
  /** Returns the request; called when code is asked for. */
  readonly request: () => RequestView;
}

export function CopyAsCode({ view, request }: CopyAsCodeProps) {
  const [shown, setShown] = useState<Shown | null>(null);
  const [isCopied, sayCopied] = useMoment();
  const menu = useMenu();
  const ask = async (language: Language): Promise<string> => {
    const ack = await view.session.connection.ask({ type: "code", language, request: request() });
    const fault = ack === null ? strings.noAnswer : ack.error && `${ack.error.message} ${ack.error.next}`;
    if (fault) throw new NoCode(fault);
    return ack?.text ?? "";
  };
  const copy = async (language: Language) => {
    const text = ask(language);
    const isDone = writeClipboard(text);
    try {
      const code = await text;
      const isWritten = (await isDone) || (await writeClipboard(code));
      setShown(isWritten ? null : { text: code, isError: false });
      if (isWritten) sayCopied();
    } catch (error) {
      setShown({ text: error instanceof NoCode ? error.message : strings.noAnswer, isError: true });
    }
  };
  const insert = async (button: Element) => {
    const code = await ask("magic").catch((error: Error) => setShown({ text: error.message, isError: true }));
    if (code && !findHost().insertBelow?.(button, code)) setShown({ text: code, isError: false });
  };
  return (
    <div class="videogen-code">
      <button
        ref={menu.button}
        type="button"
        class="videogen-button is-subtle"
        title={strings.asCodeHint}
        aria-keyshortcuts="Alt+ArrowDown"
        onClick={() => menu.isClick() && void copy("magic")}
        {...menu.events}
      >
        <Icon name={isCopied ? "check" : "code"} />
        <CopiedLabel isCopied={isCopied}>{strings.asCode}</CopiedLabel>
      </button>
      {findHost().insertBelow && (
        <button
          type="button"
          class="videogen-button is-subtle"
          title={strings.insertCell}
          onClick={({ currentTarget }) => void insert(currentTarget)}
        >
          <Icon name="insert" />
          <span class="videogen-said">{strings.insertCell}</span>
        </button>
      )}
      {menu.isOpen && menu.button.current && (
        <Menu anchor={menu.button.current} label={strings.language} onClose={menu.close}>
          {languages.map((language) => (
            <button
              type="button"
              role="menuitem"
              tabIndex={-1}
              key={language}
              onClick={() => {
                menu.close();
                void copy(language);
              }}
            >
              {strings.languages[language]}
            </button>
          ))}
        </Menu>
      )}
      {shown && <CodePanel id={`${view.id}-code`} shown={shown} />}
    </div>
  );
}
