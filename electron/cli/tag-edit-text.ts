import { AppError, type ErrorData } from '../../shared/errors/app-error.ts';
import { shortDigest } from '../../shared/format/digest.ts';
import type { PlannedTagChange, TagChange, TagEdit, TagOutcome, TagPlan } from '../../shared/models/tag-edit.ts';
import { counted } from './counted.ts';
import { errorSentence } from './error-words.ts';
import { EXIT, exitStatusOf } from './exit-status.ts';
import type { Terminal } from './terminal.ts';

const short = (digest: string | null): string => (digest === null ? 'nothing' : shortDigest(digest));

function changeWords({ kind, tag, to }: TagChange, before: string | null, after: string | null): string {
  switch (kind) {
    case 'add':
      return `add     ${tag} to ${short(after)}`;
    case 'move':
      return `move    ${tag} from ${short(before)} to ${short(after)}`;
    case 'rename':
      return `rename  ${tag} to ${to ?? ''}, ${short(before)}`;
    case 'remove':
      return `remove  ${tag} from ${short(before)}`;
  }
}

/** What a way is called on the command line. */
const WAY_NAMES = { placeholder: '--way placeholder', digestAndRestore: '--way restore', digest: '--way all' } as const;

function plannedLines(planned: PlannedTagChange): string[] {
  const { change, state, found, becomes, sharedOld, untags, neededBy, ways } = planned;
  const lines = [`${state.padEnd(9)} ${changeWords(change, found, becomes)}`];
  if (sharedOld.length > 0) lines.push(`          at the same digest: ${sharedOld.join(' ')}`);
  if (untags) lines.push('          the image has no tag then');
  if (neededBy.length > 0) lines.push(`          the manifest is needed by: ${neededBy.join(' ')}`);
  if (state === 'needsWay') {
    for (const { way, alsoRemoved, putBack } of ways) {
      const name = way in WAY_NAMES ? WAY_NAMES[way as keyof typeof WAY_NAMES] : way;
      const touched = [
        ...(alsoRemoved.length > 0 ? [`removes ${alsoRemoved.join(' ')}, too`] : []),
        ...(putBack.length > 0 ? [`takes ${putBack.join(' ')} away and writes them again`] : []),
      ];
      lines.push(`          ${name}: ${touched.length === 0 ? 'touches no other tag' : touched.join('; ')}`);
    }
  }
  return lines;
}

/** Prints a plan. @returns the exit status: as that of the edit would be */
export function tellPlan(terminal: Terminal, plan: TagPlan, json: boolean): number {
  const lines = plan.changes.flatMap(plannedLines);
  terminal.out(
    json ? JSON.stringify(plan, null, 2) : [...lines, `${counted(plan.requests, 'request')}, no blob`].join('\n'),
  );
  return EXIT.done;
}

/** Prints what became of an edit. @returns the exit status */
export function tellEdit(terminal: Terminal, edit: TagEdit, json: boolean): number {
  const error = errorOf(edit);
  if (json) {
    const { code, params, retry } = error ?? {};
    terminal.out(JSON.stringify(error === null ? edit : { error: { code, params, retry }, edit }, null, 2));
  } else {
    const lines = edit.changes.map(
      ({ change, state, found, becomes }) => `${state.padEnd(9)} ${changeWords(change, found, becomes)}`,
    );
    terminal.out(lines.join('\n'));
    if (edit.id !== null) terminal.note(`tartan tags undo ${edit.id} takes it back`);
    if (error !== null) terminal.note(errorSentence(AppError.fromData(error)));
  }
  if (error === null) return EXIT.done;
  return edit.id === null ? exitStatusOf(error.code, 0) : EXIT.failed;
}

/** The error of the change that kept the edit from being done. */
function errorOf({ host, repository, changes }: TagEdit): ErrorData | null {
  for (const outcome of changes) {
    const error = outcomeError(host, repository, outcome);
    if (error !== null) return error;
  }
  return null;
}

function outcomeError(host: string, repository: string, outcome: TagOutcome): ErrorData | null {
  const { state, error, change, ways } = outcome;
  switch (state) {
    case 'done':
    case 'same':
    case 'notTried':
      return null;
    case 'needsWay': {
      const tags = [...new Set(ways.flatMap(({ alsoRemoved, putBack }) => [...alsoRemoved, ...putBack]))].join(' ');
      return new AppError('tag.needsWay', { host, tag: change.tag, tags }).toData();
    }
    case 'conflict':
      return error ?? conflict(`${host}/${repository}`, outcome);
    case 'refused':
    case 'failed':
      return error;
  }
}

function conflict(name: string, { change, found, foundTo }: TagOutcome): ErrorData {
  const { kind, tag, to, expected } = change;
  if (kind === 'add' && (expected ?? null) === null && found !== null) {
    return new AppError('tag.exists', { reference: `${name}:${tag}`, digest: found }).toData();
  }
  if (kind === 'rename' && foundTo !== null && (expected === undefined || expected === found)) {
    return new AppError('tag.exists', { reference: `${name}:${to ?? ''}`, digest: foundTo }).toData();
  }
  return new AppError('tag.conflict', { reference: `${name}:${tag}`, digest: found }).toData();
}
