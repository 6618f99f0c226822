import { Box, PanelLeft, Server } from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { useMemory } from '../../state/window-memory.ts';
import { Splitter } from '../../ui/splitter.tsx';
import {
  drawnWidths,
  folded,
  LEAST,
  type PaneChoice,
  resized,
  type SidePane,
  type SizeClass,
  sizeClassOf,
  usualChoice,
} from './pane-layout.ts';

const choiceSchema = z.object({
  local: z.number(),
  registries: z.number(),
  folded: z.array(z.enum(['local', 'registries'])),
});
const choicesSchema = z.partialRecord(z.enum(['narrow', 'usual', 'wide']), choiceSchema);

/** How the panes are arranged, and how to arrange them anew. */
export interface PaneArrangement {
  readonly sizeClass: SizeClass;
  readonly windowWidth: number;
  readonly choice: PaneChoice;
  readonly change: (change: (choice: PaneChoice) => PaneChoice) => void;
}

function useWindowWidth(): number {
  const [width, setWidth] = useState(window.innerWidth);
  useEffect(() => {
    const look = (): void => setWidth(window.innerWidth);
    window.addEventListener('resize', look);
    return () => {
      window.removeEventListener('resize', look);
    };
  }, []);
  return width;
}

/** The arrangement of this window's size class; each class remembers its own. */
export function usePaneArrangement(): PaneArrangement {
  const windowWidth = useWindowWidth();
  const sizeClass = sizeClassOf(windowWidth);
  const [choices, setChoices] = useMemory('panes', choicesSchema, {});
  const choice = choices[sizeClass] ?? usualChoice(sizeClass);
  return {
    sizeClass,
    windowWidth,
    choice,
    change: (next) => {
      setChoices((before) => ({ ...before, [sizeClass]: next(before[sizeClass] ?? usualChoice(sizeClass)) }));
    },
  };
}

/** See {@link Panes}. */
export interface PanesProps {
  readonly arrangement: PaneArrangement;
  readonly local: ReactNode;
  readonly registries: ReactNode;
  readonly detail: ReactNode;
}

/** Local, Registries and the detail side by side, with movable lines between them. */
export function Panes({ arrangement, local, registries, detail }: PanesProps): ReactElement {
  const { t } = useTranslation('panes');
  const { choice, change, windowWidth, sizeClass } = arrangement;
  const widths = drawnWidths(choice, windowWidth);
  const isFolded = (pane: SidePane): boolean => choice.folded.includes(pane);
  const splitter = (pane: SidePane): ReactElement => (
    <Splitter
      label={t(`widthOf.${pane}`)}
      edge="right"
      size={widths[pane]}
      least={LEAST[pane]}
      most={windowWidth - LEAST.detail - (pane === 'local' ? widths.registries : widths.local)}
      onResize={(width) => {
        change((before) => resized(before, pane, width));
      }}
      onReset={() => {
        change((before) => folded({ ...before, [pane]: usualChoice(sizeClass)[pane] }, pane, false));
      }}
    />
  );
  const unfold = (pane: SidePane): void => {
    change((before) => folded(before, pane, false));
  };
  return (
    <main
      className="panes"
      data-size={sizeClass}
      style={{ gridTemplateColumns: `${String(widths.local)}px 0 ${String(widths.registries)}px 0 minmax(0, 1fr)` }}
    >
      {isFolded('local') ? <Rail pane="local" onUnfold={unfold} /> : local}
      {splitter('local')}
      {isFolded('registries') ? <Rail pane="registries" onUnfold={unfold} /> : registries}
      {splitter('registries')}
      {detail}
    </main>
  );
}

/** A folded pane: its name turned, a press unfolds it. */
function Rail({
  pane,
  onUnfold,
}: {
  readonly pane: SidePane;
  readonly onUnfold: (pane: SidePane) => void;
}): ReactElement {
  const { t } = useTranslation('panes');
  const Icon = pane === 'local' ? Box : Server;
  return (
    <section className={`pane pane-${pane} pane-rail`} aria-label={t(pane)} data-pane={pane}>
      <button
        type="button"
        aria-expanded={false}
        aria-label={t(`unfold.${pane}`)}
        data-tip={t(`unfold.${pane}`)}
        onClick={() => {
          onUnfold(pane);
        }}
      >
        <PanelLeft size={15} strokeWidth={1.75} aria-hidden="true" />
        <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
        <span>{t(pane)}</span>
      </button>
    </section>
  );
}
