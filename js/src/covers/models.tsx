/** The models of the form's provider: searched, grouped by what they take, with what they make, cost and usually need. */

import { useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import { Select } from "../form/field";
import { getOffered } from "../form/model-picker";
import type { FormView, KeyView, ModelView, RequestView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { addPrice } from "../state/price-label";
import type { View } from "../state/view";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { CoverFrame } from "./cover-frame";
import {
  describeLengths,
  describePrice,
  describeSizes,
  describeUsual,
  getKinds,
  groupModels,
  type Kind,
  kinds,
  nameKinds,
  type Order,
  orders,
  priceRequest,
  sortModels,
} from "./model-facts";

/** More rows than this are drawn when they are asked for. */
const MAX_ROWS = 80;

interface ModelRowProps {
  readonly name: string;
  readonly model: ModelView;
  readonly form: FormView;
  readonly request: RequestView;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly onUse: () => void;
}

function ModelRow({ name, model, form, request, isChosen, onChoose, onUse }: ModelRowProps) {
  const cost = form.free ? null : priceRequest(request, model);
  const title = model.title || model.id;
  return (
    <label class="videogen-model">
      <input
        type="radio"
        name={name}
        value={model.id}
        checked={isChosen}
        onChange={onChoose}
        onKeyDown={(event) => event.key === "Enter" && isChosen && onUse()}
      />
      <b>
        <bdi>{title}</bdi>
        {title !== model.id && (
          <small>
            <bdi>{model.id}</bdi>
          </small>
        )}
      </b>
      <span class="videogen-model-facts">
        <span>{describeLengths(model)}</span>
        <span>{describeSizes(model)}</span>
        <span>{describeUsual(model)}</span>
      </span>
      <span data-price={!form.free && model.price !== null}>{describePrice(model, form)}</span>
      <span>{cost !== null && fill(strings.aClip, { cost: format.dollars(cost) })}</span>
    </label>
  );
}

interface ToolsProps {
  readonly count: number;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** What models of the list take. */
  readonly offered: readonly Kind[];
  readonly needed: readonly Kind[];
  readonly onNeeded: (kinds: readonly Kind[]) => void;
  readonly id: string;
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
}

function Tools({ count, text, onText, offered, needed, onNeeded, id, order, onOrder }: ToolsProps) {
  const label = fill(strings.searchModels, { count: format.integer(count) });
  const toggle = (kind: Kind) => kinds.filter((one) => needed.includes(one) !== (one === kind));
  return (
    <div class="videogen-cover-tools">
      <label class="videogen-search">
        <Icon name="search" />
        <input
          type="search"
          aria-label={label}
          placeholder={label}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      </label>
      {offered.map((kind) => (
        <button
          key={kind}
          type="button"
          class="videogen-toggle"
          aria-pressed={needed.includes(kind)}
          onClick={() => onNeeded(toggle(kind))}
        >
          {strings.takesKinds[kind]}
        </button>
      ))}
      <span class="videogen-spacer" />
      <Select
        attributes={{ id, name: id, "aria-label": strings.sortedBy }}
        value={order}
        options={orders.map((one) => [one, strings.orders[one]] as const)}
        onPick={(one) => onOrder(one as Order)}
      />
    </div>
  );
}

/** What the test of the key found, else whose models these are and when they were listed. */
function Heading({ form, found, count }: { form: FormView; found: KeyView | null; count: number }) {
  const values = {
    provider: form.provider_label,
    count: format.integer(count),
    day: form.listed_at === null ? undefined : format.day(form.listed_at),
  };
  return (
    <>
      <Icon name={found?.verdict === "valid" ? "check" : found ? "key" : "search"} />
      <span data-verdict={found?.verdict}>
        {found?.text}
        <Template parts={found ? [] : [strings.modelsOf, strings.listedOn]} values={values} between=" · " />
      </span>
    </>
  );
}

interface ModelsProps {
  readonly view: View;
  readonly form: FormView;
  readonly found: KeyView | null;
  readonly onClose: (field: string) => void;
}

export function Models({ view, form, found, onClose }: ModelsProps) {
  const { draft, connection } = view.session;
  const all = getOffered(form, draft.model.value);
  const request = draft.buildRequest(form);
  const [chosen, setChosen] = useState(draft.getModel(form)?.id ?? "");
  const [text, setText] = useState("");
  const [needed, setNeeded] = useState<readonly Kind[]>([]);
  const [order, setOrder] = useState<Order>("price");
  const [isWhole, setWhole] = useState(false);
  const isHit = (model: ModelView) =>
    `${model.id} ${model.title}`.toLowerCase().includes(text.trim().toLowerCase()) &&
    needed.every((kind) => getKinds(model).includes(kind));
  const hits = sortModels(all.filter(isHit), order, request);
  const groups = groupModels(isWhole ? hits : hits.slice(0, MAX_ROWS));
  const retired = form.retired.filter((name) => name.toLowerCase().includes(text.trim().toLowerCase()));
  const model = all.find(({ id }) => id === chosen);
  const use = () => {
    if (model) draft.set("model", model.id, form);
    onClose("prompt");
  };
  const act = fill(strings.useModel, { model: model?.title || model?.id });
  const name = `${view.id}-of-models`;
  return (
    <CoverFrame
      label={fill(strings.modelsLabel, { provider: form.provider_label })}
      heading={<Heading form={form} found={found} count={all.length} />}
      tools={
        form.listed && (
          <IconButton
            bare
            icon="retry"
            label={strings.readAgain}
            onClick={() => connection.send({ type: "choose", provider: form.provider, refresh: true })}
          />
        )
      }
      onClose={() => onClose("model")}
    >
      <Tools
        count={all.length}
        text={text}
        onText={setText}
        offered={kinds.filter((kind) => all.some(({ takes }) => takes.includes(kind)))}
        needed={needed}
        onNeeded={setNeeded}
        id={`${view.id}-order`}
        order={order}
        onOrder={setOrder}
      />
      <div class="videogen-models">
        {groups.map(({ taken, models }) => (
          <fieldset key={taken.join()}>
            <legend>{nameKinds(taken)}</legend>
            {models.map((one) => (
              <ModelRow
                key={one.id}
                name={name}
                model={one}
                form={form}
                request={request}
                isChosen={one.id === chosen}
                onChoose={() => setChosen(one.id)}
                onUse={use}
              />
            ))}
          </fieldset>
        ))}
        {retired.length > 0 && (
          <fieldset disabled>
            <legend>{strings.retired}</legend>
            {retired.map((one) => (
              <label class="videogen-model" key={one}>
                <input type="radio" name={name} value={one} />
                <b>
                  <bdi>{one}</bdi>
                </b>
              </label>
            ))}
          </fieldset>
        )}
        {hits.length + retired.length === 0 && (
          <p class="videogen-hint">
            <Template parts={[text ? strings.noModel : strings.noModelOfKind]} values={{ name: text }} />
          </p>
        )}
      </div>
      <div class="videogen-cover-foot">
        <span class="videogen-hint" role="status">
          {fill(strings.shownOf, {
            count: format.integer(isWhole ? hits.length : Math.min(hits.length, MAX_ROWS)),
            total: format.integer(all.length),
          })}
        </span>
        {!isWhole && hits.length > MAX_ROWS && (
          <button type="button" class="videogen-button is-subtle" onClick={() => setWhole(true)}>
            {strings.showAll}
          </button>
        )}
        <span class="videogen-spacer" />
        <button type="button" class="videogen-button is-primary" disabled={!model} onClick={use}>
          {model ? addPrice(act, form, { ...request, model: model.id }) : strings.chooseModel}
        </button>
      </div>
    </CoverFrame>
  );
}
