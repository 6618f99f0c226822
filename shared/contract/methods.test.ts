import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type MethodName, methods } from './methods.ts';

/** The part of JSON Schema that inputs are made of. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const NAMES = Object.keys(methods) as MethodName[]; // The keys of the table are the names.
/** What a method takes, as zod tells it to other programs. */
const inputOf = (name: MethodName): Schema => z.toJSONSchema(methods[name].input, { io: 'input' }) as Schema;

/** The kinds of a node without null, and whether null is one of them. */
function kindsOf(schema: Schema): { readonly kinds: readonly Schema[]; readonly nullable: boolean } {
  const all = schema.anyOf ?? [schema.type ?? []].flat().map((type) => ({ ...schema, type }));
  const kinds = all.filter(({ type }) => type !== 'null');
  return { kinds, nullable: kinds.length < all.length };
}

const members = ({ properties = {} }: Schema): [string, Schema][] => Object.entries(properties);
const values = ({ additionalProperties }: Schema): Schema | null => additionalProperties || null;

/** A value that fits. */
function sample(schema: Schema): unknown {
  const [kind] = kindsOf(schema).kinds;
  if (kind === undefined) return null;
  switch (kind.type) {
    case 'string':
      return kind.enum?.[0] ?? 'x'.repeat(Math.max(1, kind.minLength ?? 0));
    case 'integer':
    case 'number':
      return kind.minimum ?? 0;
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: Math.max(1, kind.minItems ?? 0) }, () => sample(kind.items ?? {}));
    default: {
      const inner = values(kind);
      const own = members(kind).map(([name, member]): [string, unknown] => [name, sample(member)]);
      return Object.fromEntries(inner === null ? own : [...own, ['key', sample(inner)]]);
    }
  }
}

/** Values that do not fit: other kinds, and beyond each bound. */
function misfits(schema: Schema): unknown[] {
  const { kinds, nullable } = kindsOf(schema);
  const [kind] = kinds;
  if (kinds.length > 1) return kinds.flatMap((kind) => misfitsOfAll(kind, kinds, nullable));
  const others: unknown[] = [undefined, ...(nullable ? [] : [null]), Symbol('x'), 1n, () => undefined];
  if (kind === undefined) return [undefined, 0, '', false, [], {}, 'null'];
  switch (kind.type) {
    case 'string':
      return [
        ...[...others, 0, true, [], {}, ['x']],
        ...(kind.minLength === undefined ? [] : ['x'.repeat(kind.minLength - 1)]),
        ...(kind.maxLength === undefined ? [] : ['x'.repeat(kind.maxLength + 1)]),
        ...(kind.enum === undefined ? [] : ['no such']),
      ];
    case 'integer':
    case 'number':
      return [
        ...[...others, '1', true, [], {}, Number.NaN, Number.POSITIVE_INFINITY, 1.5, 2 ** 53],
        ...(kind.minimum === undefined ? [] : [kind.minimum - 1]),
        ...(kind.maximum === undefined ? [] : [kind.maximum + 1]),
      ];
    case 'boolean':
      return [...others, 0, 1, 'true', [], {}];
    case 'array': {
      const item = sample(kind.items ?? {});
      return [
        ...[...others, {}, 'x', 0],
        ...((kind.minItems ?? 0) > 0 ? [[]] : []),
        Array.from({ length: (kind.maxItems ?? 0) + 1 }, () => item),
        ...misfits(kind.items ?? {}).map((wrong) => [wrong]),
      ];
    }
    default: {
      const whole = Object(sample(kind)) as Record<string, unknown>; // An object by its type.
      const inner = values(kind);
      const without = (kind.required ?? []).map((name) =>
        Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name)),
      );
      const wrongMembers = members(kind).flatMap(([name, member]) =>
        misfits(member)
          // What may be left out may be undefined, too.
          .filter((wrong) => wrong !== undefined || kind.required?.includes(name) === true)
          .map((wrong) => ({ ...whole, [name]: wrong })),
      );
      const wrongValues = inner === null ? [] : misfits(inner).map((wrong) => ({ ...whole, key: wrong }));
      const longest = kind.propertyNames?.maxLength ?? Number.POSITIVE_INFINITY;
      const longKey = Number.isFinite(longest) ? [{ ...whole, ['k'.repeat(longest + 1)]: 'x' }] : [];
      return [...others, [], 'x', 0, ...without, ...wrongMembers, ...wrongValues, ...longKey];
    }
  }
}

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

/** Of what does not fit one kind: what is not of another kind either. */
function misfitsOfAll(kind: Schema, kinds: readonly Schema[], nullable: boolean): unknown[] {
  const others = kinds.filter((other) => other !== kind).map(({ type }) => type);
  return misfits(kind).filter((wrong) => !others.includes(typeOf(wrong)) && !(nullable && wrong === null));
}

/** Places of a schema that take texts, lists or numbers without end. */
function endless(schema: Schema, path: string): string[] {
  return kindsOf(schema).kinds.flatMap((kind) => {
    switch (kind.type) {
      case 'string':
        return kind.enum === undefined && kind.maxLength === undefined ? [path] : [];
      case 'array':
        return [...(kind.maxItems === undefined ? [path] : []), ...endless(kind.items ?? {}, `${path}[]`)];
      case 'integer':
      case 'number':
        return kind.minimum === undefined || kind.maximum === undefined ? [path] : [];
      case 'object': {
        const inner = values(kind);
        const keys =
          inner === null
            ? []
            : [
                ...endless(kind.propertyNames ?? { type: 'string' }, `${path}.<key>`),
                ...endless(inner, `${path}.<value>`),
              ];
        return [...keys, ...members(kind).flatMap(([name, member]) => endless(member, `${path}.${name}`))];
      }
      default:
        return [];
    }
  });
}

describe.each(NAMES)('the input of %s', (name) => {
  const { input } = methods[name];

  it('is what the method says, and nothing else', () => {
    const schema = inputOf(name);
    const fits = input.safeParse(sample(schema));
    const taken = misfits(schema).filter((wrong) => input.safeParse(wrong).success);

    expect({ fits: fits.success, issue: fits.error?.issues[0], misfits: taken }).toEqual({
      fits: true,
      issue: undefined,
      misfits: [],
    });
  });

  it('has an end', () => {
    expect(endless(inputOf(name), 'input')).toEqual([]);
  });
});

describe('every method', () => {
  it('declares errors once, and none that each may answer anyway', () => {
    const always = ['input.invalid', 'method.unknown', 'sender.refused', 'cancelled', 'internal'];
    const wrong = NAMES.filter((name) => {
      const errors: readonly string[] = methods[name].errors;
      return new Set(errors).size !== errors.length || errors.some((code) => always.includes(code));
    });

    expect(wrong).toEqual([]);
  });
});
