const BARE_BRACES = /^[ \t]*(?:- +)*(?:[\w./-]+:[ \t]+)?(?:\[ *)?(\{\{-?([^}\n]*)\}\}|\{\{)/;

/**
 * What to say of a line that is no YAML, if the reason is a `{{` outside quotes: either an argument that lacks its
 * quotes, or a Helm chart that has not been rendered.
 */
export function explainBraces(line: string): string | undefined {
  const [, braces, inside = ''] = BARE_BRACES.exec(line) ?? [];
  if (braces === undefined) return undefined;
  if (/^(args|inputs|templates)\./.test(inside.trim()))
    return `put it in quotes: "${braces}"; YAML takes a bare {{ for a map`;
  return (
    `${braces} is Helm's and not YAML; render the chart first, as in \`helm template . | assay lint -\`` +
    ' (inside quotes it is taken as it stands)'
  );
}
