interface Operator {
  readonly precedence: number;
  readonly isRightAssociative?: boolean;
}

/** @source parser/operator of expr-lang/expr */
export const UNARY: ReadonlyMap<string, Operator> = new Map([
  ['not', { precedence: 50 }],
  ['!', { precedence: 50 }],
  ['-', { precedence: 90 }],
  ['+', { precedence: 90 }],
]);

export const BINARY: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['|', { precedence: 0 }],
  ['or', { precedence: 10 }],
  ['||', { precedence: 10 }],
  ['and', { precedence: 15 }],
  ['&&', { precedence: 15 }],
  ['==', { precedence: 20 }],
  ['!=', { precedence: 20 }],
  ['<', { precedence: 20 }],
  ['>', { precedence: 20 }],
  ['>=', { precedence: 20 }],
  ['<=', { precedence: 20 }],
  ['in', { precedence: 20 }],
  ['matches', { precedence: 20 }],
  ['contains', { precedence: 20 }],
  ['startsWith', { precedence: 20 }],
  ['endsWith', { precedence: 20 }],
  ['..', { precedence: 25 }],
  ['+', { precedence: 30 }],
  ['-', { precedence: 30 }],
  ['*', { precedence: 60 }],
  ['/', { precedence: 60 }],
  ['%', { precedence: 60 }],
  ['**', { precedence: 100, isRightAssociative: true }],
  ['^', { precedence: 100, isRightAssociative: true }],
  ['??', { precedence: 500 }],
]);

/** Operators that `not` may precede: `not in`, `not contains`. */
export const NEGATABLE: ReadonlySet<string> = new Set(['contains', 'matches', 'startsWith', 'endsWith', 'in']);

export function isComparison(operator: string): boolean {
  return operator === '<' || operator === '>' || operator === '>=' || operator === '<=';
}

export function isBoolean(operator: string): boolean {
  return operator === 'and' || operator === 'or' || operator === '&&' || operator === '||';
}
