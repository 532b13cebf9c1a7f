/** The request as code in a chosen language; shown too, for pages without access to the clipboard. */

import { useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { CopyButton } from "../components/copy-button";
import type { Code, RequestView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { strings } from "../text/strings";

export const languages: readonly Code["language"][] = ["magic", "python", "async", "curl", "json"];
type Language = Code["language"];
interface GeneratedCode {
  readonly language: Language;
  readonly text: string;
  readonly isError: boolean;
}

function CodeText({ id, text }: { id: string; text: string }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard */}
      <section id={id} tabIndex={0} aria-label={strings.code}>
        <pre dir="ltr">{text}</pre>
      </section>
      <CopyButton text={text} label={strings.copy} />
    </>
  );
}

interface CopyAsCodeProps {
  readonly view: View;
  /** Returns the request; called when code is asked for. */
  readonly request: () => RequestView;
}

export function CopyAsCode({ view, request }: CopyAsCodeProps) {
  const [isOpen, setOpen] = useState(false);
  const [code, setCode] = useState<GeneratedCode | null>(null);
  const ask = async (language: Language) => {
    setCode({ language, text: "", isError: false });
    const ack = await view.session.connection.ask({ type: "code", language, request: request() });
    const fault = ack === null ? strings.noAnswer : ack.error && `${ack.error.message} ${ack.error.next}`;
    setCode({ language, text: fault ?? ack?.text ?? "", isError: Boolean(fault) });
  };
  const toggle = () => {
    setOpen(!isOpen);
    if (!isOpen) void ask(code?.language ?? "magic");
  };
  const id = `${view.id}-code`;
  return (
    <div class="videogen-code" data-open={isOpen}>
      <IconButton icon="code" label={strings.asCode} expanded={isOpen} onClick={toggle} />
      {isOpen && (
        <div class="videogen-panel">
          <fieldset class="videogen-chips">
            <legend class="videogen-visually-hidden">{strings.language}</legend>
            {languages.map((language) => (
              <label class="videogen-chip" key={language}>
                <input
                  type="radio"
                  name={id}
                  checked={language === (code?.language ?? "magic")}
                  onChange={() => void ask(language)}
                />
                {strings.languages[language]}
              </label>
            ))}
          </fieldset>
          {code?.isError && <p class="videogen-field-error">{code.text}</p>}
          {code?.text && !code.isError && <CodeText key={code.language} id={id} text={code.text} />}
        </div>
      )}
    </div>
  );
}
