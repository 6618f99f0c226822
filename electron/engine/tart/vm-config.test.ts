import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { parseVmConfig } from './vm-config.ts';
import { vmConfigLayer } from './vm-config-layer.ts';

const LINUX = {
  version: 1,
  os: 'linux',
  arch: 'arm64',
  cpuCountMin: 4,
  cpuCount: 4,
  memorySizeMin: 4_294_967_296,
  memorySize: 4_294_967_296,
  macAddress: '7e:01:02:03:04:05',
};
const DARWIN = { ...LINUX, os: 'darwin', ecid: 'YnBsaXN0//8=', hardwareModel: 'YnBsaXN0/w==' };

function parsed(document: unknown): unknown {
  try {
    return parseVmConfig(typeof document === 'string' ? document : JSON.stringify(document), '/vm/config.json');
  } catch (thrown) {
    return thrown instanceof AppError ? { code: thrown.code, ...thrown.params } : thrown;
  }
}

function defect(field: string, problem: string): unknown {
  return { code: 'vm.configInvalid', file: '/vm/config.json', field, problem };
}

describe("a VM's settings", () => {
  it('are read as Tart reads them: defaults filled in, unknown keys dropped, unknown disk formats raw', () => {
    expect(
      parsed({
        ...DARWIN,
        os: undefined,
        arch: null,
        diskFormat: 'qcow2',
        display: null,
        nested: { key: 1 },
        __proto__: 1,
      }),
    ).toEqual({
      ...DARWIN,
      display: { width: 1024, height: 768 },
      diskFormat: 'raw',
    });
  });

  it('keep what is optional', () => {
    const full = { ...DARWIN, display: { width: 1, height: 2, unit: 'px' }, displayRefit: true, diskFormat: 'asif' };
    expect(parsed(full)).toEqual(full);
  });

  it.each([
    ['no JSON', '{"version":1', defect('', 'notJson')],
    ['an empty file', '', defect('', 'notJson')],
    ['a list', [LINUX], defect('', 'notObject')],
    ['null', 'null', defect('', 'notObject')],
    ['a Mac without its identity', { ...DARWIN, ecid: undefined }, defect('ecid', 'missing')],
    ['a Mac without its model', { ...DARWIN, hardwareModel: undefined }, defect('hardwareModel', 'missing')],
    ['an identity that is no base64', { ...DARWIN, ecid: 'abc' }, defect('ecid', 'notBase64')],
    ['no memory size', { ...LINUX, memorySize: undefined }, defect('memorySize', 'missing')],
    ['a memory size in words', { ...LINUX, memorySize: '4 GB' }, defect('memorySize', 'wrongType')],
    ['a part of a CPU', { ...LINUX, cpuCount: 1.5 }, defect('cpuCount', 'wrongType')],
    ['a negative number of CPUs', { ...LINUX, cpuCount: -1 }, defect('cpuCount', 'outOfRange')],
    ['a bad MAC address', { ...LINUX, macAddress: '7e:01:02:03:04' }, defect('macAddress', 'notMacAddress')],
    ['a MAC address that is a number', { ...LINUX, macAddress: 7 }, defect('macAddress', 'wrongType')],
    ['an unknown system', { ...LINUX, os: 'windows' }, defect('os', 'unsupported')],
    ['a system that is a number', { ...LINUX, os: 5 }, defect('os', 'wrongType')],
    ['an unknown processor', { ...LINUX, arch: 'riscv64' }, defect('arch', 'unsupported')],
    ['another version', { ...LINUX, version: 2 }, defect('version', 'unsupported')],
    ['no version', { ...LINUX, version: undefined }, defect('version', 'missing')],
    ['half a display', { ...LINUX, display: { width: 800 } }, defect('display.height', 'missing')],
    [
      'an unknown unit',
      { ...LINUX, display: { width: 1, height: 1, unit: 'em' } },
      defect('display.unit', 'unsupported'),
    ],
  ])('are refused by the field that is wrong: %s', (_name, document, expected) => {
    expect(parsed(document)).toEqual(expected);
  });

  it('take null for absent where Tart does, in the display too', () => {
    const nulls = { ...DARWIN, display: { width: 1, height: 2, unit: null }, displayRefit: null, diskFormat: null };

    expect([parsed(nulls), parsed({ ...LINUX, display: { width: null, height: 2 } })]).toEqual([
      { ...DARWIN, display: { width: 1, height: 2 }, diskFormat: 'raw' },
      defect('display.width', 'missing'),
    ]);
  });

  const required = Object.keys(DARWIN).filter((key) => key !== 'os' && key !== 'arch');
  it.each(required)('are refused without their %s, with null there, and with another kind of value', (field) => {
    const outcomes = [undefined, null, [], { a: 1 }, true].map((value) => parsed({ ...DARWIN, [field]: value }));

    expect(outcomes).toEqual([
      defect(field, 'missing'),
      defect(field, 'missing'),
      ...Array<unknown>(3).fill(defect(field, 'wrongType')),
    ]);
  });

  it.each([
    [
      'a number beyond 53 bits',
      JSON.stringify(LINUX).replace('4294967296', '9007199254740993'),
      'memorySizeMin',
      'outOfRange',
    ],
    ['a number without end', JSON.stringify(LINUX).replace('4294967296', '1e400'), 'memorySizeMin', 'wrongType'],
    ['a display in words', JSON.stringify({ ...LINUX, display: '1024x768' }), 'display', 'wrongType'],
    ['a disk format that is a number', JSON.stringify({ ...LINUX, diskFormat: 1 }), 'diskFormat', 'wrongType'],
    ['a refit in words', JSON.stringify({ ...LINUX, displayRefit: 'yes' }), 'displayRefit', 'wrongType'],
    ['an empty identity', JSON.stringify({ ...DARWIN, ecid: '' }), 'ecid', 'notBase64'],
    ['an identity with a line break', JSON.stringify({ ...DARWIN, ecid: 'YnBs\nYXN0' }), 'ecid', 'notBase64'],
  ])('are refused with %s', (_name, text, field, problem) => {
    expect(parsed(text)).toEqual(defect(field, problem));
  });

  it('are read through any nesting and any name that nobody knows', () => {
    const hostile = JSON.stringify(LINUX).replace(
      '{',
      `{"__proto__":{"os":"darwin"},"constructor":1,"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},`,
    );

    expect(parsed(hostile)).toMatchObject({ os: 'linux', cpuCount: 4 });
  });

  it('are settings or a defect of theirs, whatever the file says', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.constant(JSON.stringify(LINUX))), (text) => {
        const outcome = parsed(text);
        return typeof outcome === 'object' && outcome !== null && ('macAddress' in outcome || 'code' in outcome);
      }),
    );
  });
});

describe('the VM config layer', () => {
  it('is compact JSON with sorted keys and escaped slashes, the same for the same settings', () => {
    const text = Buffer.from(vmConfigLayer(parseVmConfig(JSON.stringify(DARWIN), ''))).toString();
    const turned = Object.fromEntries(Object.entries({ ...DARWIN, unknown: 1 }).reverse());

    expect({
      text,
      again: Buffer.from(vmConfigLayer(parseVmConfig(JSON.stringify(turned, null, 2), ''))).toString() === text,
    }).toEqual({
      text: '{"arch":"arm64","cpuCount":4,"cpuCountMin":4,"diskFormat":"raw","display":{"height":768,"width":1024},"ecid":"YnBsaXN0\\/\\/8=","hardwareModel":"YnBsaXN0\\/w==","macAddress":"7e:01:02:03:04:05","memorySize":4294967296,"memorySizeMin":4294967296,"os":"darwin","version":1}',
      again: true,
    });
  });
});
