import { isObject } from '../model/is-object.ts';
import type { LintSettings } from '../lint/settings.ts';

/**
 * The settings of lint in an editor's `initializationOptions`: `{"lint": {"disable": ["…"], "strict": true}}`. What is
 * no setting counts for nothing: an editor may send whatever its other servers take.
 */
export function readLintSettings(options: unknown): LintSettings {
  const lint: Readonly<Record<string, unknown>> = isObject(options) && isObject(options['lint']) ? options['lint'] : {};
  const [strict, all] = [lint['strict'], lint['all']];
  return {
    disable: textsIn(lint['disable']),
    enable: textsIn(lint['enable']),
    ...(typeof strict === 'boolean' && { strict }),
    ...(typeof all === 'boolean' && { all }),
  };
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
