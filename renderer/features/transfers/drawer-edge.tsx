import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Splitter } from '../../ui/splitter.tsx';

const LEAST = 240;
const USUAL = 520;
const FREE_ABOVE = 200;

interface DrawerEdgeProps {
  readonly height: number;
  readonly onResize: (height: number) => void;
}

/** Keeps a drawer's height between 240 px and the window's less 200. */
export function drawerHeight(wanted: number, windowHeight: number): number {
  return Math.round(Math.max(LEAST, Math.min(wanted, windowHeight - FREE_ABOVE)));
}

/** The upper edge of the drawer, which never covers the whole window. */
export function DrawerEdge({ height, onResize }: DrawerEdgeProps): ReactElement {
  const { t } = useTranslation('transfers');
  const resize = (wanted: number): void => {
    onResize(drawerHeight(wanted, window.innerHeight));
  };
  return (
    <Splitter
      label={t('drawerHeight')}
      edge="top"
      size={drawerHeight(height, window.innerHeight)}
      least={LEAST}
      most={window.innerHeight - FREE_ABOVE}
      onResize={resize}
      onReset={() => {
        resize(USUAL);
      }}
    />
  );
}
