import type { ReactElement } from 'react';
import { z } from 'zod';
import { TransfersDrawer } from '../features/transfers/transfers-drawer.tsx';
import { TransfersStrip } from '../features/transfers/transfers-strip.tsx';
import { useMemory } from '../state/window-memory.ts';
import type { Drawer } from './use-drawer.ts';

/** CSS px. */
const heightSchema = z.number().min(240).max(4000);
/** CSS px. */
const FIRST_HEIGHT = 520;

/** The transfers at the foot of the window: the drawer, of the height that it was given last, or the strip that opens it. */
export function Transfers({ drawer }: { readonly drawer: Drawer }): ReactElement {
  const [height, setHeight] = useMemory('drawer.height', heightSchema, FIRST_HEIGHT);
  if (!drawer.isOpen) return <TransfersStrip onOpen={drawer.open} />;
  return (
    <TransfersDrawer
      height={height}
      initialJob={drawer.job}
      onResize={(next) => setHeight(() => next)}
      onClose={drawer.close}
    />
  );
}
