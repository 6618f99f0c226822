import { useState } from 'react';
import { useStore } from 'zustand';
import { comparedPair } from '../features/compare/compare-start.ts';
import type { SettingsSection } from '../features/settings/settings-screen.tsx';
import type { Screen } from './screen.ts';

/** The screen between title bar and strip, and where its settings stand. */
export interface ShownScreen {
  readonly screen: Screen;
  readonly show: (screen: Screen) => void;
  /** The settings, or the images where they are shown. */
  readonly toggleSettings: () => void;
  /** Goes back to what was shown before the comparison, a sheet over it too. */
  readonly leaveComparison: () => void;
  /** The section of the settings. */
  readonly section: SettingsSection;
  /** Host of the registry that the settings show; null = none was chosen. */
  readonly registry: string | null;
  readonly chooseRegistry: (host: string) => void;
  /** Shows the settings at a section. */
  readonly showSettings: (section: SettingsSection) => void;
}

/** Which screen is shown. Two images that are to be compared bring theirs. */
export function useShownScreen(): ShownScreen {
  const [screen, setScreen] = useState<Screen>('images');
  const [section, setSection] = useState<SettingsSection>('registries');
  const [registry, chooseRegistry] = useState<string | null>(null);
  // The screen is shown each time that two images are to be compared, and gives way to the one before it.
  const comparisons = useStore(comparedPair, ({ asked }) => asked);
  const [shownComparisons, setShownComparisons] = useState(comparisons);
  const [beforeCompare, setBeforeCompare] = useState<Screen>('images');
  if (comparisons !== shownComparisons) {
    setShownComparisons(comparisons);
    if (screen !== 'compare') setBeforeCompare(screen);
    setScreen('compare');
  }
  return {
    screen,
    show: setScreen,
    toggleSettings: () => setScreen((before) => (before === 'settings' ? 'images' : 'settings')),
    leaveComparison: () => {
      setScreen(beforeCompare);
      comparedPair.getState().back?.();
    },
    section,
    registry,
    chooseRegistry,
    showSettings: (next) => {
      setSection(next);
      setScreen('settings');
    },
  };
}
