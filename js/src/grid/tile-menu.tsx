/** The actions on one tile as a menu: the keyboard's letters, said in words. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../components/icons";
import { Menu } from "../components/menu";
import type { GridCellView } from "../kernel/protocol.gen";
import { fill } from "../text/template";
import { RATINGS } from "./rating";
import type { Stage } from "./stage";
import { strings } from "./strings";
import { getStep } from "./words";

interface TileMenuProps {
  readonly stage: Stage;
  readonly cell: GridCellView;
  readonly anchor: HTMLElement;
  readonly isTable: boolean;
  readonly onClose: () => void;
}

interface ItemProps {
  readonly icon: IconName;
  readonly label: string;
  readonly shortcut?: string;
  readonly onClick: () => void;
}

function Item({ icon, label, shortcut, onClick }: ItemProps) {
  return (
    <button
      type="button"
      class="videogen-menu-item"
      role="menuitem"
      tabIndex={-1}
      aria-keyshortcuts={shortcut}
      onClick={onClick}
    >
      <Icon name={icon} />
      <span>{label}</span>
      {shortcut && (
        <span class="videogen-kbd" aria-hidden="true">
          {shortcut}
        </span>
      )}
    </button>
  );
}

export function TileMenu({ stage, cell, anchor, isTable, onClose }: TileMenuProps) {
  const isReady = cell.state === "ready";
  const isOwners = isReady && !stage.isGuest;
  const step = getStep(cell);
  const then = (act: () => void) => () => {
    onClose();
    act();
  };
  const items: ComponentChildren[] = [
    isReady && (
      <Item
        key="full"
        icon="full"
        label={strings.fullScreen}
        shortcut="Enter"
        onClick={then(() => stage.show(cell, anchor))}
      />
    ),
    isTable && (
      <Item
        key="row"
        icon="right"
        label={strings.showRow}
        shortcut="O"
        onClick={then(() => stage.toggleRow(cell.row))}
      />
    ),
    isOwners && (
      <Item key="star" icon="star" label={strings.star} shortcut="S" onClick={then(() => stage.star(cell))} />
    ),
    isOwners && (
      <Item
        key="pick"
        icon="compare"
        label={strings.pick}
        shortcut="C"
        onClick={then(() => stage.pick(cell))}
      />
    ),
    step && !stage.isGuest && (
      <Item
        key="step"
        icon={cell.step === "retry" || cell.step === "resend" ? "retry" : "search"}
        label={step}
        shortcut="R"
        onClick={then(() => stage.takeStep(cell))}
      />
    ),
    cell.step === "look" && (
      <Item
        key="resend"
        icon="retry"
        label={`${strings.resend}. ${strings.mayChargeTwice}`}
        onClick={then(() => void stage.store.act("retry", [cell.position], true))}
      />
    ),
  ];
  return (
    <Menu anchor={anchor} label={strings.clipActions} onClose={onClose}>
      {items}
      {isOwners && (
        <div class="videogen-menu-stars" role="group" aria-label={strings.rateGroup}>
          {RATINGS.map((rating) => (
            <button
              type="button"
              role="menuitemradio"
              key={rating}
              tabIndex={-1}
              aria-checked={rating === cell.rating}
              aria-label={fill(strings.rate, { rating: String(rating) })}
              onClick={then(() => stage.store.rate(cell, rating === cell.rating ? 0 : rating))}
            >
              <Icon name="star" solid={rating <= (cell.rating ?? 0)} />
            </button>
          ))}
        </div>
      )}
    </Menu>
  );
}
