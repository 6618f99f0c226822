import type { ReactElement, ReactNode } from 'react';
import { Button, MenuTrigger, Popover } from 'react-aria-components';
import { type MenuGroups, MenuRows } from './context-menu.tsx';

/** See {@link MenuButton}. */
export interface MenuButtonProps {
  /** What the menu is called; the button too, where it shows an icon alone. */
  readonly label: string;
  readonly groups: MenuGroups;
  readonly className: string;
  /** The edge of the button that the menu keeps to. */
  readonly edge: 'start' | 'end';
  /** The button shows an icon alone. */
  readonly bare?: boolean;
  /** Says the label in a tooltip. */
  readonly tip?: boolean;
  readonly isDisabled?: boolean;
  readonly isPending?: boolean;
  readonly children: ReactNode;
}

/** A button that opens a menu below it. */
export function MenuButton(props: MenuButtonProps): ReactElement {
  const { label, groups, className, edge, bare = false, tip = false, children } = props;
  const { isDisabled = false, isPending = false } = props;
  return (
    <MenuTrigger>
      <Button
        className={className}
        isDisabled={isDisabled}
        isPending={isPending}
        {...(bare ? { 'aria-label': label } : {})}
        {...(tip ? { 'data-tip': label } : {})}
      >
        {children}
      </Button>
      <Popover className="popover menu-popover" placement={`bottom ${edge}`}>
        <MenuRows groups={groups} label={label} />
      </Popover>
    </MenuTrigger>
  );
}
