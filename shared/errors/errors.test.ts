import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { errorDataSchema } from '../models/error-data.ts';
import { AppError, toAppError } from './app-error.ts';
import { ERROR_RULES, type ErrorAction, type ErrorCode, type ErrorRetry } from './codes.ts';
import { errorWords } from './error-words.ts';
import factsEn from './facts.en.json' with { type: 'json' };
import factsZh from './facts.zh-CN.json' with { type: 'json' };
import en from './words.en.json' with { type: 'json' };
import zh from './words.zh-CN.json' with { type: 'json' };

const CODES = Object.keys(ERROR_RULES) as ErrorCode[]; // The keys of the table are the codes.
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '');

/** Sources of the product, without its tests. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.|\.test-d\./.test(entry.name) ? [path] : [];
  });
}

/** A place that makes an error: its code (several where it chooses), and the names of its facts. Null = not to be seen there. */
interface Made {
  readonly place: string;
  readonly codes: readonly string[];
  readonly facts: readonly string[] | null;
}

function codesOf(node: ts.Expression | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteral(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...codesOf(node.whenTrue), ...codesOf(node.whenFalse)];
  return [];
}

function factsOf(node: ts.Expression | undefined): string[] | null {
  if (node === undefined) return [];
  if (!ts.isObjectLiteralExpression(node)) return null;
  if (node.properties.some((property) => ts.isSpreadAssignment(property))) return null;
  return node.properties.map((property) => property.name?.getText() ?? '');
}

function errorsMade(): Made[] {
  const made: Made[] = [];
  for (const path of ['electron', 'renderer', 'shared'].flatMap(sources)) {
    const text = readFileSync(path, 'utf8');
    if (!text.includes('new AppError(')) continue;
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
    const visit = (node: ts.Node): void => {
      if (ts.isNewExpression(node) && node.expression.getText() === 'AppError') {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        const [code, params] = node.arguments ?? [];
        made.push({ place: `${path}:${line + 1}`, codes: codesOf(code), facts: factsOf(params) });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return made;
}

/** Facts that only some answers of a registry or a helper bring; a sentence about one that is missing is left out. */
const SOMETIMES: readonly string[] = ['registryMessage'];

describe('errors', () => {
  it('are made with all facts that their words name', () => {
    const lacking = errorsMade().flatMap(({ place, codes, facts }) =>
      codes.flatMap((code) => {
        // Codes of the closed list only: the compiler sees to it.
        const { what, means } = en[code as ErrorCode];
        const needed = placeholders(`${what} ${means}`).filter((name) => !SOMETIMES.includes(name));
        const missing = needed.filter((name) => facts !== null && !facts.includes(name));
        return missing.length === 0 ? [] : [`${place} ${code} without ${missing.join(', ')}`];
      }),
    );

    expect(lacking).toEqual([]);
  });

  it('have words in both languages, with the same facts, and no code has words or use alone', () => {
    const facts = (words: { readonly what: string; readonly means: string }): string[] =>
      placeholders(`${words.what} ${words.means}`).sort();
    const table = (catalogue: Readonly<Record<string, { readonly what: string; readonly means: string }>>): unknown =>
      Object.fromEntries(Object.entries(catalogue).map(([code, words]) => [code, facts(words)]));
    const text = ['electron', 'shared']
      .flatMap(sources)
      .filter((path) => !path.endsWith('codes.ts') && !path.endsWith('methods.ts'))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');

    expect({
      en: Object.keys(en).sort(),
      facts: table(zh),
      unused: CODES.filter((code) => !text.includes(`'${code}'`)),
      empty: CODES.filter((code) => en[code].what === '' || zh[code].what === ''),
    }).toEqual({ en: [...CODES].sort(), facts: table(en), unused: [], empty: [] });
  });

  it('have words for the same codes among their facts in both languages', () => {
    const keys = (value: object): unknown =>
      Object.fromEntries(
        Object.entries(value).map(([key, inner]: [string, unknown]) => [
          key,
          typeof inner === 'object' && inner !== null ? keys(inner) : null,
        ]),
      );

    expect(keys(factsZh)).toEqual(keys(factsEn));
  });

  it('offer what fits their kind', () => {
    const wrong = CODES.filter((code) => {
      const { retry, actions }: { readonly retry: ErrorRetry; readonly actions: readonly ErrorAction[] } =
        ERROR_RULES[code];
      switch (retry) {
        case 'no':
          return actions.length > 0;
        case 'now':
          return !actions.includes('retry');
        case 'afterSignIn':
          return !actions.includes('signIn');
        case 'later':
        case 'afterChange':
          return false;
      }
    });

    expect(wrong).toEqual([]);
  });

  it('cross a border as they are, without cause and stack', () => {
    for (const code of CODES) {
      const error = new AppError(
        code,
        { name: 'x', size: 1, gone: null, forced: true },
        { cause: new Error('inside') },
      );
      const crossed = errorDataSchema.parse(JSON.parse(JSON.stringify(error.toData())));

      expect({ crossed, again: AppError.fromData(crossed).toData() }).toEqual({
        crossed: { code, params: error.params, ...ERROR_RULES[code] },
        again: error.toData(),
      });
    }
  });

  it.each([
    ['an abort', new DOMException('x', 'AbortError'), 'cancelled'],
    ['a limit of time', new DOMException('x', 'TimeoutError'), 'cancelled'],
    ['an error of ours', new AppError('vm.gone', { path: '/x' }), 'vm.gone'],
    ['anything else', new TypeError('x is not a function'), 'internal'],
    ['what is no error', 'boom', 'internal'],
    ['nothing', undefined, 'internal'],
  ])('are made of %s', (_name, thrown, code) => {
    expect(toAppError(thrown)).toMatchObject({ code });
  });
});

describe('an error in words', () => {
  it.each<[ErrorCode, Record<string, string | number | null>, string, string]>([
    [
      'reference.invalid',
      { input: 'Ghcr.io/A', position: 8, expected: 'lowerCase', suggestion: null },
      'Ghcr.io/A is not an image reference. At character 9 it takes a lower-case letter.',
      'Ghcr.io/A 不是有效的镜像引用。第 9 个字符处应为：小写字母。',
    ],
    [
      'reference.invalid',
      { input: 'https://ghcr.io/a', position: 6, expected: 'noScheme', suggestion: 'ghcr.io/a' },
      'https://ghcr.io/a is not an image reference. At character 7 it takes no slash: a reference is no URL and begins with the host, as in ghcr.io/acme/macos. ghcr.io/a would be one.',
      'https://ghcr.io/a 不是有效的镜像引用。第 7 个字符处应为：端口号；引用不是网址，以主机开头，例如 ghcr.io/acme/macos。可改用 ghcr.io/a。',
    ],
    [
      'vm.incomplete',
      { folder: '/vms/a', file: 'disk.img', problem: 'empty' },
      '/vms/a is not a whole VM. disk.img is empty. A VM needs config.json, disk.img and nvram.bin.',
      '/vms/a 不是完整的虚拟机。disk.img 为空。虚拟机需要 config.json、disk.img 和 nvram.bin。',
    ],
    [
      'vm.configInvalid',
      { file: '/vms/a/config.json', field: 'display.unit', problem: 'unsupported' },
      '/vms/a/config.json is not a VM config. display.unit has a value that Tart does not know.',
      '/vms/a/config.json 不是有效的虚拟机配置。display.unit 值不为 Tart 所支持。',
    ],
    [
      'vm.configInvalid',
      { file: '/vms/a/config.json', field: '', problem: 'notJson' },
      '/vms/a/config.json is not a VM config. It is not JSON.',
      '/vms/a/config.json 不是有效的虚拟机配置。不是 JSON。',
    ],
    [
      'file.unreadable',
      { path: '/vms', reason: 'EACCES' },
      '/vms cannot be read: permission is denied (EACCES).',
      '无法读取 /vms：没有权限（EACCES）。',
    ],
    [
      'registry.unreachable',
      { host: 'a.io', reason: 'ESOMETHING' },
      'a.io cannot be reached: ESOMETHING.',
      '无法连接 a.io：ESOMETHING。',
    ],
    [
      'auth.unauthorized',
      { host: 'a.io', account: null, registryMessage: 'token expired' },
      'a.io does not accept the sign-in. token expired',
      'a.io 不接受该登录。token expired',
    ],
    [
      'auth.unauthorized',
      { host: 'a.io', account: 'kim' },
      'a.io does not accept the sign-in. The credentials of kim were refused.',
      'a.io 不接受该登录。kim 的凭据被拒绝。',
    ],
    [
      'auth.helper',
      { helper: 'x', reason: 'missing', message: null },
      'The credential helper x failed. It is not installed.',
      '凭据助手 x 出错。未安装。',
    ],
    [
      'job.wrongState',
      { id: '1', state: 'done', action: 'pause' },
      'The job is done: it is not possible to pause it.',
      '任务已完成，无法暂停。',
    ],
  ])('says what happened and what it means: %s %j', (code, params, english, chinese) => {
    const said = (language: 'en' | 'zh-CN'): string => {
      const { what, means } = errorWords({ code, params }, language);
      return language === 'en' ? `${what} ${means}`.trim() : what + means;
    };

    expect([said('en'), said('zh-CN')]).toEqual([english, chinese]);
  });

  it('takes what comes from outside as plain text', () => {
    const { what, means } = errorWords(
      {
        code: 'registry.denied',
        params: { host: '{{registryMessage}}', registryMessage: '\u001b[2J{{host}}\n\u202eevil' },
      },
      'en',
    );

    expect([what, means]).toEqual(['{{registryMessage}} does not allow this.', '[2J{{host}}  evil']);
  });

  it('knows no fact that is not its own', () => {
    expect(errorWords({ code: 'vm.gone', params: {} }, 'en')).toEqual({
      what: 'The VM is not there any more.',
      means: '',
    });
    expect(errorWords({ code: 'file.unreadable', params: { path: 'x', reason: 'constructor' } }, 'en').what).toBe(
      'x cannot be read: constructor.',
    );
  });
});
