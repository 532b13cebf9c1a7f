/** The request as code, in the language somebody asks for; shown, so that it can be taken where a page may not copy. */

import { useState } from "preact/hooks";
import { Quiet } from "../components/button";
import { Copy } from "../components/copy-button";
import type { Code, RequestView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { words } from "../text/strings";

export const languages: readonly Code["language"][] = ["magic", "python", "async", "curl", "json"];
type Language = Code["language"];
interface Written {
  readonly language: Language;
  readonly text: string;
  readonly isFault: boolean;
}

function Text({ id, text }: { id: string; text: string }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard */}
      <section id={id} tabIndex={0} aria-label={words.code}>
        <pre dir="ltr">{text}</pre>
      </section>
      <Copy text={text} label={words.copy} />
    </>
  );
}

interface AsCodeProps {
  readonly view: View;
  /** What to write down, taken when it is asked for. */
  readonly request: () => RequestView;
}

export function AsCode({ view, request }: AsCodeProps) {
  const [isOpen, setOpen] = useState(false);
  const [written, setWritten] = useState<Written | null>(null);
  const ask = async (language: Language) => {
    setWritten({ language, text: "", isFault: false });
    const ack = await view.session.host.ask({ type: "code", language, request: request() });
    const fault = ack === null ? words.noAnswer : ack.error && `${ack.error.message} ${ack.error.next}`;
    setWritten({ language, text: fault ?? ack?.text ?? "", isFault: Boolean(fault) });
  };
  const toggle = () => {
    setOpen(!isOpen);
    if (!isOpen) void ask(written?.language ?? "magic");
  };
  const id = `${view.id}-code`;
  return (
    <div class="videogen-code" data-open={isOpen}>
      <Quiet icon="code" label={words.asCode} expanded={isOpen} onClick={toggle} />
      {isOpen && (
        <div class="videogen-panel">
          <fieldset class="videogen-chips">
            <legend class="videogen-unseen">{words.language}</legend>
            {languages.map((language) => (
              <label class="videogen-chip" key={language}>
                <input
                  type="radio"
                  name={id}
                  checked={language === (written?.language ?? "magic")}
                  onChange={() => void ask(language)}
                />
                {words.languages[language]}
              </label>
            ))}
          </fieldset>
          {written?.isFault && <p class="videogen-flaw">{written.text}</p>}
          {written?.text && !written.isFault && <Text key={written.language} id={id} text={written.text} />}
        </div>
      )}
    </div>
  );
}
