import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AheadBuffer } from './ahead-buffer.ts';

describe('memory for bytes that are ahead of the network', () => {
  it('keeps each copy as it was until it is released, takes no more than it holds, and is whole again when it is empty', () => {
    // A length puts a copy in; 0 releases the oldest.
    const steps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), steps, (size, lengths) => {
        const ahead = new AheadBuffer(size);
        const kept: { readonly copy: Buffer; readonly value: number }[] = [];
        lengths.forEach((length, at) => {
          if (length === 0) {
            kept.shift();
            ahead.release();
          } else {
            const value = at % 256;
            const copy = ahead.copy(Buffer.alloc(length, value));
            if (copy === null) expect(kept.length > 0 || length > size).toBe(true);
            else kept.push({ copy, value });
          }
          expect(kept.reduce((sum, { copy }) => sum + copy.length, 0)).toBeLessThanOrEqual(size);
          for (const { copy, value } of kept) expect(copy.every((byte) => byte === value)).toBe(true);
        });
      }),
    );
  });
});
