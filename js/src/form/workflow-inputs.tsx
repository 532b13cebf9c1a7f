/** What a workflow has beside the form's fields, by its nodes: each with its present value. What is changed goes into `extra`. */

import { useState } from "preact/hooks";
import type { FormView, InputView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import type { View } from "../state/view";
import { fill } from "../text/template";
import { readObject } from "./check";
import { Select } from "./field";

type Extra = Readonly<Record<string, unknown>>;

const write = (value: unknown): string =>
  typeof value === "boolean" ? (value ? "yes" : "no") : String(value ?? "");

/** A value as JSON has it; undefined for what is no number. */
function read({ kind }: InputView, text: string): unknown {
  if (kind === "boolean") return text === "yes";
  if (kind === "text") return text;
  return text.trim() === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
}

/** `extra` with an input changed; one that has the workflow's own value again is taken out. */
export function setInput(extra: Extra, input: InputView, text: string): string {
  const { [input.name]: _, ...rest } = extra;
  const value = read(input, text);
  const isOwn = value === undefined || write(value) === input.value;
  const next = isOwn ? rest : { ...rest, [input.name]: value };
  return Object.keys(next).length > 0 ? JSON.stringify(next) : "";
}

interface InputProps {
  readonly view: View;
  readonly form: FormView;
  readonly input: InputView;
  readonly extra: Extra;
}

function Input({ view, form, input, extra }: InputProps) {
  const { draft } = view.session;
  const id = `${view.id}-input-${input.name.replaceAll(/\W/g, "-")}`;
  const isChanged = input.name in extra;
  const value = isChanged ? write(extra[input.name]) : input.value;
  /** What is being typed, so that a half-typed number is not changed under the cursor. */
  const [typed, setTyped] = useState<string | null>(null);
  const set = (text: string) => draft.set("extra", setInput(extra, input, text), form);
  const options = [
    ["yes", strings.on],
    ["no", strings.off],
  ] as const;
  return (
    <div class="videogen-field" data-changed={isChanged}>
      <label class="videogen-label" for={id} title={input.name}>
        <bdi>{input.label}</bdi>
      </label>
      {input.kind === "boolean" ? (
        <Select attributes={{ id, name: id }} value={value} options={options} onPick={set} />
      ) : (
        <input
          id={id}
          class="videogen-text"
          type="text"
          inputMode={input.kind === "number" ? "decimal" : "text"}
          dir="auto"
          autoComplete="off"
          value={typed ?? value}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            set(event.currentTarget.value);
          }}
          onBlur={() => setTyped(null)}
        />
      )}
      {isChanged && (
        <button type="button" class="videogen-link-button" onClick={() => set(input.value)}>
          {fill(strings.inWorkflow, { value: input.value })}
        </button>
      )}
    </div>
  );
}

/** The inputs of each node, in the order in which the kernel lists them. */
function groupByNode(inputs: readonly InputView[]): readonly (readonly InputView[])[] {
  const groups = new Map<string, InputView[]>();
  for (const input of inputs) {
    const node = input.name.split(".")[0] ?? "";
    groups.set(node, [...(groups.get(node) ?? []), input]);
  }
  return [...groups.values()];
}

export function WorkflowInputs({
  view,
  form,
  inputs,
}: Omit<InputProps, "input" | "extra"> & { readonly inputs: readonly InputView[] }) {
  const extra = readObject(view.session.draft.get("extra").value);
  if (inputs.length === 0) return null;
  return (
    // What is typed into the box of all further fields is not overwritten while it can't be read.
    <fieldset class="videogen-workflow" aria-label={strings.workflowInputs} disabled={extra === null}>
      {groupByNode(inputs).map((group) => (
        <fieldset key={group[0]?.name}>
          <legend>
            <bdi>{group[0]?.node}</bdi>
          </legend>
          <div class="videogen-more-fields">
            {group.map((input) => (
              <Input key={input.name} view={view} form={form} input={input} extra={extra ?? {}} />
            ))}
          </div>
        </fieldset>
      ))}
    </fieldset>
  );
}
