/**
 * Go's fmt.Sprintf of a format without arguments. The checker passes the texts of the regexp package through it, and a
 * percent sign in a pattern shows: `%)` becomes `%!)(MISSING)`.
 *
 * @source https://pkg.go.dev/fmt#hdr-Format_errors
 */
export function formatWithoutArguments(format: string): string {
  return format.replace(DIRECTIVE, (...groups) => {
    const [, width = '', precision = '', verb] = groups as (string | undefined)[];
    const problems = (width === '*' ? '%!(BADWIDTH)' : '') + (precision === '.*' ? '%!(BADPREC)' : '');
    if (verb === undefined) return `${problems}%!(NOVERB)`;
    return verb === '%' ? `${problems}%` : `${problems}%!${verb}(MISSING)`;
  });
}

/** Flags, width, precision, verb. */
const DIRECTIVE = /%[#0+\- ]*(\*|\d+)?(\.(?:\*|\d+)?)?([^])?/gu;
