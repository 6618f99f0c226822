import { describe, expect, it } from 'vitest';
import { drawnWidths, folded, RAIL, resized, sizeClassOf, usualChoice } from './pane-layout.ts';

describe('the widths of the panes', () => {
  it.each([
    [1100, { local: 264, registries: 284 }],
    [1440, { local: 360, registries: 384 }],
    [2560, { local: 440, registries: 480 }],
    // The least window: registries give way, the detail keeps its 440 px.
    [960, { local: 260, registries: 260 }],
  ])('begin in a window of %d px with what the look says', (width, widths) => {
    expect(drawnWidths(usualChoice(sizeClassOf(width)), width)).toEqual(widths);
  });

  it('leave the detail its least width, however wide a pane was dragged', () => {
    const greedy = resized(usualChoice('usual'), 'local', 5000);
    expect(drawnWidths(greedy, 1440)).toEqual({ local: 740, registries: 260 });
  });

  it('stop at the least width, and far below it fold to a rail', () => {
    const usual = usualChoice('usual');
    expect(drawnWidths(resized(usual, 'local', 200), 1440).local).toBe(220);
    expect(drawnWidths(resized(usual, 'local', 100), 1440).local).toBe(RAIL);
    expect(resized(resized(usual, 'local', 100), 'local', 300)).toEqual({ local: 300, registries: 384, folded: [] });
  });

  it('are remembered while a pane is folded', () => {
    const usual = resized(usualChoice('usual'), 'registries', 333);
    const rail = folded(usual, 'registries', true);
    expect([drawnWidths(rail, 1440).registries, folded(rail, 'registries', false)]).toEqual([RAIL, usual]);
  });
});
