import { describe, expect, it } from 'vitest';
import { pushCommand, shellWord } from './push-command.ts';

describe('copying a push as a command', () => {
  it('names the VM, the references and the options that differ', () => {
    expect(
      pushCommand('my vm', {
        references: ['localhost:5000/sonoma:16.2', 'localhost:5000/sonoma:latest'],
        insecure: true,
        concurrency: null,
        pieceSize: null,
        labels: { note: "it's new" },
        verify: true,
        force: false,
      }),
    ).toBe(
      String.raw`tartan push 'my vm' localhost:5000/sonoma:16.2 localhost:5000/sonoma:latest --insecure --label 'note=it'\''s new' --verify`,
    );
  });

  it('quotes what a shell would take apart', () => {
    expect(['plain-1.2', '', '$HOME', 'a;b', '~'].map(shellWord)).toEqual([
      'plain-1.2',
      "''",
      "'$HOME'",
      "'a;b'",
      "'~'",
    ]);
  });
});
