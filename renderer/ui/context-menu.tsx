import type { LucideIcon } from 'lucide-react';
import { Fragment, type ReactElement, useRef } from 'react';
import { Keyboard, Menu, MenuItem, Popover, Separator, Text } from 'react-aria-components';
import './menu.css';
import type { MenuPlace } from './menu-place.ts';

/** One command of a menu. */
export interface MenuCommand {
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly shortcut?: string | undefined;
  readonly act: () => void;
}

/** Commands in groups; a line stands between groups. */
export type MenuGroups = readonly (readonly MenuCommand[])[];

/** The rows of a menu. */
export function MenuRows(props: {
  readonly groups: MenuGroups;
  readonly label: string;
  /** For a menu that no trigger closes. */
  readonly onClose?: () => void;
}): ReactElement {
  const { groups, label, onClose } = props;
  const filled = groups.filter((group) => group.length > 0);
  const commands = filled.flat();
  return (
    <Menu
      className="menu"
      aria-label={label}
      autoFocus="first"
      {...(onClose === undefined ? {} : { onClose })}
      onAction={(key) => commands.find(({ id }) => id === key)?.act()}
    >
      {filled.map((group, at) => (
        <Fragment key={group[0]?.id ?? at}>
          {at > 0 && <Separator className="menu-line" />}
          {group.map(({ id, label: words, icon: Icon, shortcut }) => (
            <MenuItem key={id} id={id} textValue={words} className="menu-row">
              <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
              <Text slot="label">{words}</Text>
              {shortcut !== undefined && <Keyboard>{shortcut}</Keyboard>}
            </MenuItem>
          ))}
        </Fragment>
      ))}
    </Menu>
  );
}

/** See {@link ContextMenu}. */
export interface ContextMenuProps {
  readonly place: MenuPlace;
  readonly groups: MenuGroups;
  readonly label: string;
  readonly onClose: () => void;
}

/** A menu at the pointer. The focus goes back to where it was. */
export function ContextMenu({ place, groups, label, onClose }: ContextMenuProps): ReactElement {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={anchor} className="menu-anchor" style={{ left: place.x, top: place.y }} />
      <Popover
        className="popover menu-popover"
        aria-label={label}
        triggerRef={anchor}
        isOpen
        placement="bottom start"
        offset={0}
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
      >
        <MenuRows groups={groups} label={label} onClose={onClose} />
      </Popover>
    </>
  );
}
