import { type Command, Option } from 'commander';
import type { CommandContext, CommonOptions } from './command-context.ts';
import { wholeNumber } from './commands/push-options.ts';
import {
  listTags,
  olderThanOption,
  putTags,
  removeTags,
  renameTag,
  type TagOptions,
  type TagPatternOptions,
  tagHistory,
  undoTags,
  wayOption,
} from './commands/tags.ts';

type Finish = (options: CommonOptions, work: () => Promise<number | undefined>) => Promise<void>;

function withEditOptions(command: Command): Command {
  return command
    .option('--insecure', 'plain http')
    .option('--dry-run', 'only say what it would do')
    .option('--expect <digest>', 'do nothing unless the tag points at this digest')
    .option('--force', 'change a tag even if it is not where it was, or there already')
    .option('--json', 'print one JSON document');
}

function withWay(command: Command): Command {
  return command.addOption(
    new Option(
      '--way <way>',
      'how a tag goes that shares its digest, where the registry deletes by digest alone: "placeholder" moves it to a small ' +
        'manifest first, so that the others never go away; "restore" deletes the digest and writes the others again; ' +
        '"all" lets the others go, too',
    ).argParser(wayOption),
  );
}

function addEdits(tags: Command, context: CommandContext, finish: Finish): void {
  for (const kind of ['add', 'move'] as const) {
    withEditOptions(tags.command(kind))
      .description(
        kind === 'add' ? 'new tags for an image of the repository' : 'tags of the repository to an image of it',
      )
      .argument('<reference>', 'the image: host[:port]/repository[:tag|@digest]')
      .argument('<tag...>')
      .action((reference: string, names: string[], options: TagOptions) =>
        finish(options, () => putTags(context, kind, reference, names, options)),
      );
  }
  withWay(withEditOptions(tags.command('rename')))
    .description('another name for a tag')
    .argument('<reference>', 'host[:port]/repository:tag')
    .argument('<tag>', 'its new name')
    .action((reference: string, to: string, options: TagOptions) =>
      finish(options, () => renameTag(context, reference, to, options)),
    );
  withWay(withEditOptions(tags.command('remove')))
    .description('take tags away: those that are named, or those that a pattern picks')
    .argument('<reference...>', 'host[:port]/repository:tag, or host[:port]/repository with a pattern')
    .option('--pattern <glob>', 'tags that fit: * ? [abc]')
    .option('--regex <expression>', 'tags that the regular expression fits')
    .option('--keep-newest <n>', 'leave the newest images of those that fit', wholeNumber(0, 100_000))
    .option('--older-than <age>', '36h, 30d, 8w, or a date', olderThanOption)
    .option('--keep-shared', 'leave tags whose image has another tag that does not fit')
    .action((references: string[], options: TagPatternOptions) =>
      finish(options, () => removeTags(context, references, options)),
    );
}

/** `tartan tags …` */
export function addTagCommands(program: Command, context: CommandContext, finish: Finish): void {
  const tags = program.command('tags').description('remote tags; no blob is sent, and every change can be undone');
  tags
    .command('list')
    .description('tags by digest')
    .argument('<repository>', 'host[:port]/repository')
    .option('--insecure', 'plain http')
    .option('--json', 'print one JSON document')
    .action((reference: string, options: TagOptions) => finish(options, () => listTags(context, reference, options)));
  addEdits(tags, context, finish);
  withWay(tags.command('undo'))
    .description('take an edit back: the newest, or the one that is named')
    .argument('[id]')
    .option('--dry-run', 'only say what it would do')
    .option('--force', 'change a tag even if it is not where the edit left it')
    .option('--json', 'print one JSON document')
    .action((id: string | undefined, options: TagOptions) => finish(options, () => undoTags(context, id, options)));
  tags
    .command('history')
    .description('edits of the last 30 days')
    .option('--json', 'print one JSON document')
    .action((options: CommonOptions) => finish(options, () => tagHistory(context, options)));
}
