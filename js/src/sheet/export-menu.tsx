/** What a grid or a story is written as, in a menu. */

import { useRef, useState } from "preact/hooks";
import { Icon } from "../components/icons";
import { Menu } from "../components/menu";
import { strings } from "./strings";

interface ExportMenuProps<Kind extends keyof typeof strings.kinds> {
  readonly kinds: readonly Kind[];
  readonly onPick: (kind: Kind) => void;
}

export function ExportMenu<Kind extends keyof typeof strings.kinds>({
  kinds,
  onPick,
}: ExportMenuProps<Kind>) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const pick = (kind: Kind) => {
    close();
    onPick(kind);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="videogen-button"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(true)}
      >
        <Icon name="save" />
        <span class="videogen-brief">{strings.exportTable}</span>
        <Icon name="down" />
      </button>
      {isOpen && button.current && (
        <Menu anchor={button.current} label={strings.exportTable} onClose={close}>
          {kinds.map((kind) => (
            <button type="button" role="menuitem" tabIndex={-1} key={kind} onClick={() => pick(kind)}>
              {strings.kinds[kind]}
            </button>
          ))}
        </Menu>
      )}
    </>
  );
}
