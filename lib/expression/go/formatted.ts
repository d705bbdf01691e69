/**
 * A message as it arrives: the recorder takes it for a format, so a `%` in it comes out mangled (`50%!o(MISSING)f`).
 * @source Eventf in utils/record/record.go of argoproj/argo-rollouts; fmt.Sprintf of Go 1.26 without arguments
 */
export function formatted(message: string): string {
  return message.replaceAll(DIRECTIVE, (...match) => printDirective(match.at(-1) as Directive));
}

/** The parts of a directive: `%[1]*.2d`. What is absent is empty, or undefined if what it belongs to is absent. */
interface Directive {
  readonly index: string;
  readonly width: string;
  readonly precisionIndex: string | undefined;
  readonly precision: string | undefined;
  readonly lateIndex: string;
  readonly verb: string;
}

const INDEX = String.raw`(?:\[\](?=.)|\[[^\]]+\]|\[)?`;
const NUMBER = String.raw`(?:\*|\d*)`;
const PRECISION = String.raw`(?:\.(?=.)(?<precisionIndex>${INDEX})(?<precision>${NUMBER}))?`;
/** After an index there is no second one. */
const LATE_INDEX = String.raw`(?:(?<!\[\d+\]\d*)${INDEX})?`;
const DIRECTIVE = new RegExp(
  String.raw`%[#0+\- ]*(?<index>${INDEX})(?<width>${NUMBER})${PRECISION}(?<lateIndex>${LATE_INDEX})(?<verb>.|$)`,
  'gsu',
);

/** What is printed for a directive when there is nothing to print. */
function printDirective({ index, width, precisionIndex = '', precision, lateIndex, verb }: Directive): string {
  const stars = `${width === '*' ? '%!(BADWIDTH)' : ''}${precision === '*' ? '%!(BADPREC)' : ''}`;
  if (verb === '') return `${stars}%!(NOVERB)`;
  if (verb === '%') return `${stars}%`;
  const isIndexed = index !== '' || precisionIndex !== '' || lateIndex !== '';
  return `${stars}%!${verb}(${isIndexed ? 'BADINDEX' : 'MISSING'})`;
}
