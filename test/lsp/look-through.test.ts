import { expect, test, vi } from 'vitest';
import { EditedText } from '../../lib/lsp/edited-text.ts';
import { LookThrough, type LookThroughPorts, QUIET_MS } from '../../lib/lsp/look-through.ts';
import { Workspace } from '../../lib/lsp/workspace.ts';

/** A clock that goes on by `tookMs` with each look, and the delays that were asked for. */
function aLook(tookMs = 0, lint: LookThroughPorts['lint'] = () => []) {
  const workspace = new Workspace();
  const delays: number[] = [];
  let due: (() => void) | undefined;
  let nowMs = 0;
  const publish = vi.fn<LookThroughPorts['publish']>();
  const onError = vi.fn<LookThroughPorts['onError']>();
  const look = new LookThrough(workspace, {
    timers: {
      nowMs: () => nowMs,
      after(delayMs, call) {
        delays.push(delayMs);
        due = call;
        return () => (due = undefined);
      },
    },
    lint(source, context) {
      nowMs += tookMs;
      return lint(source, context);
    },
    settingsOf: () => ({}),
    publish,
    onError,
  });
  const run = () => {
    for (let call = due; call !== undefined; call = due) {
      due = undefined;
      call();
    }
  };
  const open = (name: string) => workspace.setOpen(new EditedText(`file:///${name}`, 'kind: AnalysisRun'));
  return { look, workspace, delays, publish, onError, run, open };
}

test('what changed first, then what is open beside it, one a turn', () => {
  const { look, publish, delays, run, open } = aLook();
  for (const name of ['a', 'b', 'c']) open(name);
  look.soon(['file:///b']);
  run();
  expect(publish.mock.calls.map(([{ uri }]) => uri)).toEqual(['file:///b', 'file:///a', 'file:///c']);
  expect(delays).toEqual([QUIET_MS, 0, 0]);
});

test('a change begins the wait anew, and forgets nothing', () => {
  const { look, publish, delays, run, open } = aLook();
  for (const name of ['a', 'b']) open(name);
  look.soon(['file:///a']);
  look.soon(['file:///b']);
  run();
  expect(publish.mock.calls.map(([{ uri }]) => uri)).toEqual(['file:///b', 'file:///a']);
  expect(delays.slice(0, 2)).toEqual([QUIET_MS, QUIET_MS]);
});

test('after looks that took long the next one waits as long', () => {
  const { look, delays, run, open } = aLook(3000);
  for (const name of ['a', 'b']) open(name);
  look.soon(['file:///a']);
  run();
  look.soon(['file:///a']);
  run();
  look.soon(['file:///a']);
  look.soon(['file:///a']);
  // The first look reads what no later one has to; then it is both texts.
  expect(delays).toEqual([QUIET_MS, 0, QUIET_MS, 0, 6000, 6000]);
});

test('what throws costs the findings of one text', () => {
  const { look, publish, onError, run, open } = aLook(0, ({ path }) => {
    if (path === 'file:///a') throw new TypeError('x is undefined');
    return [];
  });
  for (const name of ['a', 'b']) open(name);
  look.soon(['file:///a']);
  run();
  expect(onError).toHaveBeenCalledTimes(1);
  expect(publish.mock.calls.map(([{ uri }]) => uri)).toEqual(['file:///b']);
});

test('what was closed meanwhile is passed over', () => {
  const { look, workspace, publish, run, open } = aLook();
  open('a');
  look.soon(['file:///a']);
  workspace.close('file:///a');
  run();
  expect(publish).not.toHaveBeenCalled();
});

test('a text is looked through once for whoever asks', () => {
  const lint = vi.fn<LookThroughPorts['lint']>(() => []);
  const { look } = aLook(0, lint);
  const text = new EditedText('file:///a', 'kind: AnalysisRun');
  look.findingsOf(text);
  look.findingsOf(text);
  expect(lint).toHaveBeenCalledTimes(1);
});

test.each([
  { name: 'a template of a chart', text: 'kind: Deployment\nreplicas: {{ .Values.replicas }}\n', want: 0 },
  { name: 'a resource', text: 'apiVersion: argoproj.io/v1alpha1\n', want: 1 },
  { name: 'a resource that has its kind alone yet', text: 'kind: ClusterAnalysisTemplate\n', want: 1 },
])('what is looked through: $name, $want times', ({ text, want }) => {
  const lint = vi.fn<LookThroughPorts['lint']>(() => []);
  const { look } = aLook(0, lint);
  look.findingsOf(new EditedText('file:///a', text));
  expect(lint).toHaveBeenCalledTimes(want);
});
