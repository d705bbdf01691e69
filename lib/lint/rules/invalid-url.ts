import type { Keys } from '../../model/problem.ts';
import type { Rule, Slip } from '../rule.ts';
import { urlsOf } from '../urls.ts';

export const invalidUrl: Rule = {
  severity: 'error',
  summary: 'A URL without a scheme or a host, which always gives Error.',
  provided: (provided, metric) =>
    urlsOf(provided, metric.analysis.values).flatMap(({ keys, text, known }) => complain(keys, text, known)),
};

/** @param known  the text with its arguments, as far as it goes before one that is not known */
function complain(
  keys: Keys,
  text: string,
  { text: known, isWhole }: { readonly text: string; readonly isWhole: boolean },
): Slip[] {
  if (known.trim() === '' && !isWhole) return [];
  const hint = 'write it as http://host:port';
  if (!isWhole) {
    const mayBegin = /^[a-z][a-z\d+.-]*$/i.test(known) || /^[a-z][a-z\d+.-]*:\/?\/?/i.test(known);
    return mayBegin && !/^[a-z][a-z\d+.-]*:\/?[^/]/i.test(known)
      ? []
      : [{ keys, message: 'not a URL: there is no scheme', hint, value: text }];
  }
  const [, scheme, slashes = '', host = ''] = /^([a-z][a-z\d+.-]*):(\/*)([^/?#]*)/i.exec(known) ?? [];
  if (scheme === undefined || (slashes === '' && /^\d/.test(host))) {
    return [
      {
        keys,
        message: 'not a URL: there is no scheme',
        hint: `write http://${known.replace(/^\/+/, '')}`,
        value: text,
      },
    ];
  }
  if (!/^https?$/i.test(scheme)) {
    const isHost = slashes === '';
    const message = isHost ? 'not a URL: there is no scheme' : `unsupported protocol scheme "${scheme}"`;
    return [{ keys, message, hint: isHost ? `write http://${known}` : hint, value: text }];
  }
  if (slashes !== '//' || host === '') {
    const rest = known.slice(known.indexOf(':') + 1).replace(/^\/+/, '');
    return [
      { keys, message: `not a URL: no host after "${scheme}://"`, hint: `write ${scheme}://${rest}`, value: text },
    ];
  }
  return URL.canParse(known) ? [] : [{ keys, message: 'not a URL', hint, value: text }];
}
