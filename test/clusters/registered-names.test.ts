import { expect, test } from 'vitest';
import { registeredNames } from '../../lib/clusters/registered-names.ts';
import { AssayError } from '../../lib/model/errors.ts';

/** What each call of the registry gives: names, or a failure. */
function open(...answers: readonly (readonly string[] | Error)[]) {
  const left = [...answers];
  const warned: string[] = [];
  const listNames = async () => {
    const answer = left.shift() ?? [];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { warned, names: registeredNames({ listNames }, { warn: (message) => void warned.push(message) }) };
}

const away = new AssayError('ASSAY_REGISTRY_UNREACHABLE', 'no answer', { retry: true });

test('names are read anew each time; those of before go on while they cannot be', async () => {
  const { names, warned } = open(['a'], ['a', 'b'], away, ['b']);
  expect(await names()).toEqual(['a']);
  expect(await names()).toEqual(['a', 'b']);
  expect(await names()).toEqual(['a', 'b']);
  expect(warned).toEqual(['registry not read']);
  expect(await names()).toEqual(['b']);
});

test('where nothing was read before there is nothing to go on with; bugs go through', async () => {
  await expect(open(away).names()).rejects.toBe(away);
  const { names } = open(['a'], new TypeError('a bug'));
  await names();
  await expect(names()).rejects.toThrow('a bug');
});
