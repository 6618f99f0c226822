import type { Command } from 'commander';

/**
 * Turns `help WORD…`, at the front or behind a group of commands, into what the parser answers best: `WORD… --help`. Where a
 * word names no command, only the words up to it are left, for the parser then names it; of `help WORD` and `WORD --help` it
 * shows the help of everything, without a word of what is wrong.
 */
export function helpArguments(program: Command, args: readonly string[]): readonly string[] {
  const words: string[] = [];
  let group = program;
  let helps = false;
  for (const word of args) {
    const next = group.commands.find((command) => command.name() === word);
    if (next !== undefined) group = next;
    else if (group.commands.length === 0 || word.startsWith('-')) break;
    else if (word === 'help' && !helps) {
      helps = true;
      continue;
    } else return [...words, word];
    words.push(word);
  }
  if (!helps) return args;
  return [...words, '--help'];
}
