import { describe, expect, it } from 'vitest';
import { type AskFirstFacts, asksFirst } from './asks-first.ts';

const SLOW: AskFirstFacts = { wholeBodies: false, named: false, linkRate: 9, encoderRate: 30 };

describe('a chunk that only encoding can name', () => {
  it.each<[string, Partial<AskFirstFacts>, boolean]>([
    ['is encoded and asked for first on a link slower than a third of the encoder', {}, true],
    ['is encoded while it is sent on a faster link', { linkRate: 11 }, false],
    ['is encoded while it is sent on a link of just a third', { linkRate: 10 }, false],
    ['is encoded while it is sent on a link that was never measured', { linkRate: null }, false],
    ['is encoded while it is sent by an encoder that was never measured', { encoderRate: null }, false],
    ['is encoded first for a host that needs its length, on any link', { wholeBodies: true, linkRate: null }, true],
    ['is not encoded twice once its digest is known', { named: true }, false],
    ['is encoded first for a host that needs its length, also by name', { named: true, wholeBodies: true }, true],
  ])('%s', (_behaviour, facts, expected) => {
    expect(asksFirst({ ...SLOW, ...facts })).toBe(expected);
  });
});
