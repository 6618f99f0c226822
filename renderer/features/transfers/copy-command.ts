import type { CopyRequest } from '../../../shared/models/copy.ts';
import { shellWord } from '../push/push-command.ts';

/** The command that does the same copy in a terminal; null where it takes several commands. */
export function copyCommand(request: CopyRequest): string | null {
  const [one, ...others] = [
    ...request.images,
    ...request.repositories.map((repository) => ({ ...repository, allTags: true })),
  ];
  if (one === undefined || others.length > 0) return null;
  const options: string[] = [];
  if ('allTags' in one) options.push('--all-tags');
  if (request.referrers) options.push('--referrers');
  if (request.existing === 'skip') options.push('--skip-existing');
  if (request.insecure) options.push('--insecure');
  if (request.concurrency !== null) options.push('--concurrency', String(request.concurrency));
  if (request.force) options.push('--force');
  return ['tartan', 'copy', one.source, ...one.targets, ...options].map(shellWord).join(' ');
}
