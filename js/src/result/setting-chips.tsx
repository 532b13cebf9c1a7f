/** The settings of a job as chips; a click copies the option that asks for one. */

import type { ComponentChildren } from "preact";
import { useMoment, writeClipboard } from "../components/clipboard";
import { CopiedLabel } from "../components/copied-label";
import type { JobView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { fill, Template } from "../text/template";

interface ChipProps {
  /** As it is written in a cell: "--seed 418". */
  readonly option: string;
  readonly children: ComponentChildren;
}

function Chip({ option, children }: ChipProps) {
  const [isCopied, sayCopied] = useMoment();
  const copy = async () => {
    if (await writeClipboard(option)) sayCopied();
  };
  return (
    <button
      type="button"
      class="videogen-fact"
      title={fill(strings.copyOption, { option })}
      onClick={() => void copy()}
    >
      <CopiedLabel isCopied={isCopied}>{children}</CopiedLabel>
    </button>
  );
}

export function SettingChips({ job }: { job: JobView }) {
  const { model, duration, size, seed } = job;
  return (
    <fieldset class="videogen-facts" aria-label={strings.settings}>
      <Chip option={`-m ${model}`}>
        <bdi>{model}</bdi>
      </Chip>
      {duration !== null && (
        <Chip option={`-d ${duration}`}>
          <bdi dir="ltr">{format.seconds(duration)}</bdi>
        </Chip>
      )}
      {size !== null && (
        <Chip option={`--size ${size}`}>
          <bdi dir="ltr">{format.size(size)}</bdi>
        </Chip>
      )}
      {seed !== null && (
        <Chip option={`--seed ${seed}`}>
          <Template parts={[strings.seedFact]} values={{ seed: String(seed) }} />
        </Chip>
      )}
    </fieldset>
  );
}
