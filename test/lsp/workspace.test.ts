import { expect, test } from 'vitest';
import { EditedText } from '../../lib/lsp/edited-text.ts';
import { Workspace } from '../../lib/lsp/workspace.ts';

const SOURCE = 'apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: a}\n';

test.each([
  { name: 'the same', uri: 'file:///work/a.yaml' },
  { name: 'written in another way', uri: 'file:///work/%61.yaml' },
  { name: 'with a way about', uri: 'file:///work/deep/../a.yaml' },
])('an open text stands for its file: $name', ({ uri }) => {
  const workspace = new Workspace();
  workspace.setFile('file:///work/a.yaml', SOURCE);
  workspace.setOpen(new EditedText(uri, SOURCE.replace('name: a', 'name: b')));
  expect(workspace.templates.map(({ resource }) => resource.name)).toEqual(['b']);
  workspace.close(uri);
  expect(workspace.templates.map(({ resource }) => resource.name)).toEqual(['a']);
});

test('a text that was never saved has a name of its own', () => {
  const workspace = new Workspace();
  workspace.setOpen(new EditedText('untitled:Untitled-1', SOURCE));
  expect(workspace.openText('untitled:Untitled-1')?.text).toBe(SOURCE);
});

test('a file that names no resource of Argo Rollouts is not kept', () => {
  const workspace = new Workspace();
  workspace.setFile('file:///work/a.yaml', SOURCE);
  workspace.setFile('file:///work/a.yaml', 'kind: ConfigMap\n');
  expect(workspace.texts).toEqual([]);
});

test('a folder that is left takes along what is in it, and nothing beside it', () => {
  const workspace = new Workspace();
  for (const uri of ['file:///work/a.yaml', 'file:///work/deep/b.yaml', 'file:///workshop/c.yaml']) {
    workspace.setFile(uri, SOURCE);
  }
  workspace.forgetFolder('file:///work');
  expect(workspace.texts.map(({ uri }) => uri)).toEqual(['file:///workshop/c.yaml']);
});
