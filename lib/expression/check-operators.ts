import type { BinaryNode } from './ast.ts';
import { BOOL, DURATION, FLOAT64, INT, STRING, TIME } from './go-type.ts';
import { compilePattern } from './go/regexp.ts';
import {
  NIL,
  UNKNOWN,
  elementOf,
  isAssignable,
  isBool,
  isByteSlice,
  isComparable,
  isDuration,
  isInteger,
  isList,
  isNumber,
  isString,
  isTime,
  isUnknown,
  keyOf,
  kindOf,
  listOf,
  mayBeCompatible,
  natureOf,
  promoted,
  showNature,
} from './nature.ts';
import type { Nature } from './nature.ts';
import { formatWithoutArguments } from './printf.ts';
import { GoPanic } from './value.ts';

const BOOLEAN = natureOf(BOOL);

/** The nature of a unary operation, undefined if the operand does not suit. */
export function unaryNature(operator: string, operand: Nature): Nature | undefined {
  if (operator === '!' || operator === 'not') return isBool(operand) || isUnknown(operand) ? BOOLEAN : undefined;
  if (isNumber(operand)) return operand;
  return isUnknown(operand) ? UNKNOWN : undefined;
}

/** The nature of a binary operation, or Go's text on why there is none. */
export function binaryNature(node: BinaryNode, left: Nature, right: Nature): Nature | { readonly error: string } {
  const refusal = node.operator === 'in' ? membershipFault(left, right) : patternFault(node);
  if (refusal !== undefined) return { error: refusal };
  return resultNature(node.operator, left, right) ?? { error: mismatch(node.operator, left, right) };
}

function mismatch(operator: string, left: Nature, right: Nature): string {
  return `invalid operation: ${operator} (mismatched types ${showNature(left)} and ${showNature(right)})`;
}

function membershipFault(left: Nature, right: Nature): string | undefined {
  if (kindOf(right) === 'map') {
    const key = keyOf(right);
    if (!isUnknown(left) && !isAssignable(left, key)) {
      return `cannot use ${showNature(left)} as type ${showNature(key)} in map key`;
    }
  } else if (isList(right)) {
    const element = elementOf(right);
    if (!isComparable(left, element)) return `cannot use ${showNature(left)} as type ${showNature(element)} in array`;
  }
  return undefined;
}

/** A constant pattern is compiled before the run, even where the run never comes to it. */
function patternFault({ operator, right }: BinaryNode): string | undefined {
  if (operator !== 'matches' || right.kind !== 'string') return undefined;
  try {
    compilePattern(right.value);
    return undefined;
  } catch (error) {
    if (!(error instanceof GoPanic)) throw error;
    return formatWithoutArguments(error.message);
  }
}

function resultNature(operator: string, left: Nature, right: Nature): Nature | undefined {
  switch (operator) {
    case '==':
    case '!=':
      return isComparable(left, right) ? BOOLEAN : undefined;
    case 'or':
    case '||':
    case 'and':
    case '&&':
      return (isBool(left) && isBool(right)) || mayBeCompatible(left, right, isBool) ? BOOLEAN : undefined;
    case '<':
    case '>':
    case '>=':
    case '<=':
      return isOrdered(left, right) ? BOOLEAN : undefined;
    case '+':
      return sumNature(left, right);
    case '-':
      return differenceNature(left, right);
    case '*':
      return productNature(left, right);
    case '/':
    case '**':
    case '^':
      return (isNumber(left) && isNumber(right)) || mayBeCompatible(left, right, isNumber)
        ? natureOf(FLOAT64)
        : undefined;
    case '%':
      return areIntegers(left, right) ? natureOf(INT) : undefined;
    case '..':
      return areIntegers(left, right) ? listOf(natureOf(INT)) : undefined;
    case 'in':
      return isMembership(left, right) ? BOOLEAN : undefined;
    case 'matches':
      return (isByteSlice(left) && isString(right)) || areTexts(left, right) ? BOOLEAN : undefined;
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return areTexts(left, right) ? BOOLEAN : undefined;
    default:
      return coalescedNature(left, right);
  }
}

function areIntegers(left: Nature, right: Nature): boolean {
  return (isInteger(left) && isInteger(right)) || mayBeCompatible(left, right, isInteger);
}

function areTexts(left: Nature, right: Nature): boolean {
  return (isString(left) && isString(right)) || mayBeCompatible(left, right, isString);
}

function isOrdered(left: Nature, right: Nature): boolean {
  return (
    [isNumber, isString, isTime, isDuration].some((suits) => suits(left) && suits(right)) ||
    mayBeCompatible(left, right, isNumber, isString, isTime, isDuration)
  );
}

function isMembership(left: Nature, right: Nature): boolean {
  if (isUnknown(right) || kindOf(right) === 'map' || isList(right)) return true;
  if (kindOf(right) === 'struct') return isString(left) || isUnknown(left);
  return isUnknown(left) && isString(right);
}

function sumNature(left: Nature, right: Nature): Nature | undefined {
  if (isNumber(left) && isNumber(right)) return promoted(left, right);
  if (isString(left) && isString(right)) return natureOf(STRING);
  if ((isTime(left) && isDuration(right)) || (isDuration(left) && isTime(right))) return natureOf(TIME);
  if (isDuration(left) && isDuration(right)) return natureOf(DURATION);
  return mayBeCompatible(left, right, isNumber, isString, isTime, isDuration) ? UNKNOWN : undefined;
}

function differenceNature(left: Nature, right: Nature): Nature | undefined {
  if (isNumber(left) && isNumber(right)) return promoted(left, right);
  if (isTime(left) && isTime(right)) return natureOf(DURATION);
  if (isTime(left) && isDuration(right)) return natureOf(TIME);
  if (isDuration(left) && isDuration(right)) return natureOf(DURATION);
  return mayBeCompatible(left, right, isNumber, isTime, isDuration) ? UNKNOWN : undefined;
}

function productNature(left: Nature, right: Nature): Nature | undefined {
  if (isNumber(left) && isNumber(right)) return promoted(left, right);
  if (scales(left) && scales(right)) return natureOf(DURATION);
  return mayBeCompatible(left, right, isNumber, isDuration) ? UNKNOWN : undefined;
}

/** Numbers and durations multiply with each other. */
function scales(nature: Nature): boolean {
  return isNumber(nature) || isDuration(nature);
}

function coalescedNature(left: Nature, right: Nature): Nature {
  if (left.isNil === true) return right.isNil === true ? NIL : right;
  if (right.isNil === true) return left;
  return isAssignable(right, left) ? left : UNKNOWN;
}
