import { Command, Option } from 'commander';
import { evaluateValue } from '../expression/evaluate.ts';
import { ExpressionError, showCaret } from '../expression/error.ts';
import { marshal } from '../expression/go/json.ts';
import { sprint } from '../expression/go/sprint.ts';
import { GoPanic, typeText, type Value } from '../expression/value.ts';
import type { Console } from './console.ts';
import { readResult, TYPE_NAMES, TYPES_HELP } from './eval-result.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

interface EvalOptions {
  readonly result: string;
  readonly type?: string;
}

const HELP = `
Evaluates an expression in the language of successCondition and failureCondition, as Argo Rollouts does: it is compiled
against the type of the result first. The value is printed; what a condition would make of it, or the error with
the place where it is, goes to standard error. now() is the present.

The result is JSON, and NaN, Inf and -Inf among numbers. Without --type a number is a scalar, a list of numbers a
vector, null nil, everything else JSON. Types:
${TYPES_HELP}

Exit codes:
  0   true
  1   false
  2   no condition: the value is no bool, or the expression has an error. Argo measures an Error
  64  the command line cannot be worked with

Examples:
  assay eval 'len(result) > 0 && result[0] >= 0.95' --result '[0.97]'
  assay eval 'result.status == "healthy"' --result '{"status": "degraded"}'
  assay eval 'isNaN(result)' --result NaN
  curl -s https://shop.example.com/health | assay eval 'result.ok' --result -`;

/** `assay eval`: evaluates one condition. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  return new Command('eval')
    .description('Evaluate a condition over a result.')
    .argument('<expression>', 'such as result[0] >= 0.95')
    .option('-r, --result <json>', 'what the metric measured, or - for standard input', 'null')
    .addOption(new Option('-t, --type <type>', 'what the result is').choices(TYPE_NAMES))
    .addHelpText('after', HELP)
    .action(async (text: string, options: EvalOptions) => exitWith(await evaluate(text, options, console)));
}

async function evaluate(text: string, { result, type }: EvalOptions, console: Console): Promise<ExitCode> {
  const value = readResult(result === '-' ? await console.readInput() : result, type);
  try {
    const outcome = evaluateValue(text, value, new Date(), () => new Date());
    console.out.write(`${shown(outcome)}\n`);
    console.err.write(`${console.err.paint('dim', meaning(outcome))}\n`);
    if (typeof outcome !== 'boolean') return EXIT.undecided;
    return outcome ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const caret = showCaret(text, error).replaceAll(/^/gm, '  ');
    const { suggestion } = error.unknownName ?? {};
    const meant = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
    console.err.write(`${console.err.paint('red', 'assay:')} ${error.message}${meant}\n${caret}\n`);
    return EXIT.undecided;
  }
}

const LONGEST_LINE = 100;

/** As JSON, in one line where it is short; or as Go prints it where JSON has no word for it: NaN, a function. */
function shown(value: Value): string {
  try {
    const json = marshal(value);
    const line = json.replaceAll(/,\n */g, ', ').replaceAll(/\n */g, '');
    return line.length <= LONGEST_LINE ? line : json;
  } catch (error) {
    if (error instanceof GoPanic) return sprint(value);
    throw error;
  }
}

function meaning(outcome: Value): string {
  if (outcome === true) return 'as successCondition: Successful; as failureCondition: Failed';
  if (outcome === false) return 'as successCondition: Failed; as failureCondition: Successful';
  return `as a condition: Error, for it is ${typeText(outcome)} and not bool`;
}
