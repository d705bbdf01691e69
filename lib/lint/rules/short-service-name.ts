import type { Rule } from '../rule.ts';
import { urlsOf } from '../urls.ts';

export const shortServiceName: Rule = {
  severity: 'warning',
  summary: 'The short name of a Service, which only pods of its cluster can resolve.',
  provided: (provided, { analysis }) =>
    urlsOf(provided, analysis.values).flatMap(({ keys, text, known }) => {
      const [, before = '', host = ''] = /^(https?:\/\/(?:[^/?#@]*@)?)([a-z\d.-]+)(?=[:/?#]|$)/i.exec(known.text) ?? [];
      if (host === '' || (!known.isWhole && known.text.length === before.length + host.length)) return [];
      const full = fullName(host.toLowerCase());
      // What is asked over TLS at the usual port is mostly out in the world.
      const isPublic =
        host.includes('.') && known.text.startsWith('https:') && known.text[before.length + host.length] !== ':';
      if (full === undefined || isPublic) return [];
      const at = text.startsWith(before + host) ? before.length : undefined;
      const span = at === undefined ? undefined : ([at, at + host.length] as const);
      const message = `${host} means a Service only to pods of its cluster; from outside, any host of the network`;
      return [{ keys, message, hint: `write ${full}`, span }];
    }),
};

/** Undefined: the name is none of a Service, or a whole one. */
function fullName(host: string): string | undefined {
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  if (host === 'localhost' || /^\d*$/.test(last)) return undefined;
  if (labels.length === 1) return `${host}.<namespace>.svc`;
  return labels.length === 2 && !isTopLevel(last) ? `${host}.svc` : undefined;
}

/** Countries have two letters. The others are the ones that public names mostly end in; a namespace may have any name. */
const TOP_LEVEL = new Set(
  (
    'com org net edu gov mil int info biz name pro aero coop museum jobs mobi arpa local localhost internal lan home corp ' +
    'test example invalid svc app cloud dev io tech online site store shop xyz page systems network digital software ' +
    'solutions services run zone team world global company group live blog wiki'
  ).split(' '),
);

function isTopLevel(label: string): boolean {
  return label.length === 2 || TOP_LEVEL.has(label) || label.startsWith('xn--');
}
