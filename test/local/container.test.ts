import { expect, test } from 'vitest';
import { type Container, expand, planProcess } from '../../lib/local/container.ts';

const noSecret = async () => undefined;
const aContainer = (override: Partial<Container> = {}): Container => ({ name: 'c', command: ['true'], ...override });

test.each([
  { name: 'a known name', text: 'a $(B) c', want: 'a 1 c' },
  { name: 'an unknown name stays', text: '$(NO)', want: '$(NO)' },
  { name: 'a doubled dollar is one, and begins nothing', text: '$$(B) $$', want: '$(B) $' },
  { name: 'no parentheses, no reference', text: '$B ${B}', want: '$B ${B}' },
  { name: 'names of JavaScript are no names', text: '$(toString)', want: '$(toString)' },
])('expands $name', ({ text, want }) => {
  expect(expand(text, { B: '1' })).toBe(want);
});

test('command, then args; variables may use those before them', async () => {
  const container = aContainer({
    command: ['echo', '$(URL)'],
    args: ['-n', '$(NAME)'],
    workingDir: '/tmp',
    env: [{ name: 'NAME', value: 'x' }, { name: 'URL', value: 'http://$(NAME)' }, { name: 'EMPTY' }],
  });
  expect(await planProcess(container, noSecret)).toEqual({
    container: 'c',
    file: 'echo',
    args: ['http://x', '-n', 'x'],
    env: { NAME: 'x', URL: 'http://x', EMPTY: '' },
    workingDir: '/tmp',
  });
});

test('values of Secrets; an optional one may be missing', async () => {
  const env = ['key', 'gone'].map((key) => ({
    name: key.toUpperCase(),
    valueFrom: { secretKeyRef: { name: 's', key, optional: true } },
  }));
  const plan = await planProcess(aContainer({ env }), async ({ key }) => (key === 'key' ? 'value' : undefined));
  expect(plan.env).toEqual({ KEY: 'value' });
});

test.each<{ name: string; container: Partial<Container>; says: string }>([
  { name: 'no command', container: { command: [], image: 'curl' }, says: 'it has no command' },
  { name: 'envFrom', container: { envFrom: [{}] }, says: 'envFrom is not supported' },
  { name: 'a sidecar', container: { restartPolicy: 'Always' }, says: 'it is a sidecar' },
  { name: 'a field', container: { env: [{ name: 'A', valueFrom: {} }] }, says: 'the value of A comes from neither' },
  {
    name: 'a missing Secret',
    container: { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
    says: 'there is no key "k" in a Secret "s"',
  },
])('refuses $name', async ({ container, says }) => {
  await expect(planProcess(aContainer(container), noSecret)).rejects.toThrow(
    `container "c" cannot be a local process: ${says}`,
  );
});
