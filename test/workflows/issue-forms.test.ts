import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const FOLDER = resolve(import.meta.dirname, '../../.github/ISSUE_TEMPLATE');

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly validations?: Readonly<Record<string, unknown>>;
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly Field[];
}

const forms = readdirSync(FOLDER)
  .filter((file) => file !== 'config.yml')
  .map((file) => ({ file, form: parse(readFileSync(join(FOLDER, file), 'utf8')) as Form }));

/**
 * The attributes of each kind of field; those that must be there first.
 *
 * @source https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
 */
const ATTRIBUTES: Readonly<Record<string, { readonly must: readonly string[]; readonly may: readonly string[] }>> = {
  markdown: { must: ['value'], may: [] },
  textarea: { must: ['label'], may: ['description', 'placeholder', 'value', 'render'] },
  input: { must: ['label'], may: ['description', 'placeholder', 'value'] },
  dropdown: { must: ['label', 'options'], may: ['description', 'multiple', 'default'] },
  checkboxes: { must: ['label', 'options'], may: ['description'] },
};

describe.each(forms)('$file is a form that GitHub takes', ({ form }) => {
  test('with its own keys, a name and a description', () => {
    const { name, description, body, ...more } = form;
    expect([name, description].every((text) => text.length > 0)).toBe(true);
    expect(
      Object.keys(more).filter((key) => !['labels', 'title', 'assignees', 'projects', 'type'].includes(key)),
    ).toEqual([]);
    expect(body.some(({ type }) => type !== 'markdown')).toBe(true);
  });

  test('whose fields have the attributes of their kind', () => {
    const wrong = form.body.filter(({ type, attributes }) => {
      const { must = [], may = [] } = ATTRIBUTES[type] ?? {};
      const given = Object.keys(attributes);
      return (
        must.length === 0 ||
        must.some((one) => !given.includes(one)) ||
        given.some((one) => ![...must, ...may].includes(one))
      );
    });
    expect(wrong).toEqual([]);
  });

  test('whose fields are told apart, and whose choices are', () => {
    const ids = form.body.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const labels = form.body.flatMap(({ attributes: { label } }) => (label === undefined ? [] : [label]));
    expect([new Set(ids).size, new Set(labels).size]).toEqual([ids.length, labels.length]);
    expect(ids.filter((id) => !/^[\w-]+$/.test(id))).toEqual([]);
    const choices = form.body.flatMap(({ attributes: { options = [] } }) => [options as readonly unknown[]]);
    // Plain `yes` and `no` would be taken for values of another type by readers of YAML 1.1.
    expect(choices.flat().filter((choice) => typeof choice !== 'string')).toEqual([]);
    expect(choices.filter((options) => new Set(options).size !== options.length)).toEqual([]);
  });
});
