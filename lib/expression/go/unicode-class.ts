/** The long names of Unicode's categories that Go knows, without separators, each before its code. */
const CATEGORIES = new Map(
  Array.from(
    `letter L casedletter LC uppercaseletter Lu lowercaseletter Ll titlecaseletter Lt modifierletter Lm otherletter Lo
  mark M combiningmark M nonspacingmark Mn spacingmark Mc enclosingmark Me number N decimalnumber Nd digit Nd
  letternumber Nl othernumber No punctuation P punct P connectorpunctuation Pc dashpunctuation Pd openpunctuation Ps
  closepunctuation Pe initialpunctuation Pi finalpunctuation Pf otherpunctuation Po symbol S mathsymbol Sm
  currencysymbol Sc modifiersymbol Sk othersymbol So separator Z spaceseparator Zs lineseparator Zl
  paragraphseparator Zp other C control Cc cntrl Cc format Cf surrogate Cs privateuse Co unassigned Cn lc LC`.matchAll(
      /(\w+) (\w+)/g,
    ),
    ([, name = '', code = '']) => [name, code],
  ),
);

/** Properties that re2js knows besides categories and scripts; of these Go has the ones that are listed. */
const GO_PROPERTIES: ReadonlySet<string> = new Set(['Any', 'Assigned']);

/**
 * The name under which re2js knows a Unicode class of a Go pattern. Go looks names up regardless of case and
 * separators; scripts of several words must be spelled out.
 */
export function goClassName(name: string): string {
  if (name.startsWith('^')) return `^${goClassName(name.slice(1))}`;
  const plain = name.replaceAll(/[ _-]/g, '').toLowerCase();
  const code = CATEGORIES.get(plain);
  if (code !== undefined) return code;
  const titled = name.includes('_') && plain.length > 2 ? name : plain.charAt(0).toUpperCase() + plain.slice(1);
  return isOtherProperty(titled) ? `not ${name}` : titled;
}

/** JavaScript takes categories and binary properties by their bare names; a category also as `gc`. */
function isOtherProperty(name: string): boolean {
  return !GO_PROPERTIES.has(name) && isClass(name) && !isClass(`gc=${name}`);
}

function isClass(name: string): boolean {
  try {
    return new RegExp(`\\p{${name}}`, 'u').source !== '';
  } catch {
    return false;
  }
}
