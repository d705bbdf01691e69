import { isObject } from '../model/is-object.ts';
import type { LintSettings } from '../lint/settings.ts';

/**
 * The settings of lint in an editor's `initializationOptions`: `{"lint": {"disable": ["…"], "strict": true}}`. What is
 * no setting counts for nothing: an editor may send whatever its other servers take.
 */
export function readLintSettings(options: unknown): LintSettings {
  const lint = isObject(options) && isObject(options['lint']) ? options['lint'] : {};
  return {
    disable: textsIn(lint['disable']),
    enable: textsIn(lint['enable']),
    strict: lint['strict'] === true,
    all: lint['all'] === true,
  };
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
