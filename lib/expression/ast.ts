import type { Nature } from './nature.ts';
import type { Value } from './value.ts';

/**
 * The tree of a condition. Nodes are changed in place: the checker notes their natures and turns literals into floats,
 * the optimizer replaces them.
 *
 * @source ast/node.go of expr-lang/expr
 */
interface NodeBase {
  /** Index into the text where errors of this node point. */
  at: number;
  nature: Nature;
}

export interface NilNode extends NodeBase {
  readonly kind: 'nil';
}
export interface IdentifierNode extends NodeBase {
  readonly kind: 'identifier';
  readonly name: string;
}
export interface IntegerNode extends NodeBase {
  readonly kind: 'integer';
  readonly value: bigint;
}
export interface FloatNode extends NodeBase {
  readonly kind: 'float';
  readonly value: number;
}
export interface BoolNode extends NodeBase {
  readonly kind: 'bool';
  readonly value: boolean;
}
export interface StringNode extends NodeBase {
  readonly kind: 'string';
  readonly value: string;
}
/** A bytes literal, its bytes as a string. */
export interface BytesNode extends NodeBase {
  readonly kind: 'bytes';
  readonly value: string;
}
/** A value that the optimizer computed. */
export interface ConstantNode extends NodeBase {
  readonly kind: 'constant';
  readonly value: Value;
}
export interface UnaryNode extends NodeBase {
  readonly kind: 'unary';
  readonly operator: string;
  operand: Node;
}
export interface BinaryNode extends NodeBase {
  readonly kind: 'binary';
  readonly operator: string;
  left: Node;
  right: Node;
}
/** A chain of `?.`: nil anywhere inside ends the whole chain. */
export interface ChainNode extends NodeBase {
  readonly kind: 'chain';
  node: Node;
}
export interface MemberNode extends NodeBase {
  readonly kind: 'member';
  node: Node;
  property: Node;
  readonly isOptional: boolean;
  isMethod: boolean;
}
export interface SliceNode extends NodeBase {
  readonly kind: 'slice';
  node: Node;
  from: Node | undefined;
  to: Node | undefined;
}
export interface CallNode extends NodeBase {
  readonly kind: 'call';
  callee: Node;
  readonly args: Node[];
}
export interface BuiltinNode extends NodeBase {
  readonly kind: 'builtin';
  readonly name: string;
  readonly args: Node[];
  /** Of find and findLast made of `filter(…)[0]`: fails where nothing is found. */
  readonly throws?: boolean;
  /** Of filter, find and findLast: what to make of each element found. Not walked by the optimizer. */
  readonly map?: Node | undefined;
  /** Of count: the number of hits that settles the comparison around it. */
  threshold?: bigint;
}
export interface PredicateNode extends NodeBase {
  readonly kind: 'predicate';
  node: Node;
}
/** `#`, `#index`, `#acc`. */
export interface PointerNode extends NodeBase {
  readonly kind: 'pointer';
  readonly name: string;
}
export interface VariableNode extends NodeBase {
  readonly kind: 'variable';
  readonly name: string;
  value: Node;
  body: Node;
}
export interface SequenceNode extends NodeBase {
  readonly kind: 'sequence';
  readonly nodes: Node[];
}
export interface ConditionalNode extends NodeBase {
  readonly kind: 'conditional';
  readonly isTernary: boolean;
  condition: Node;
  yes: Node;
  no: Node;
}
export interface ArrayNode extends NodeBase {
  readonly kind: 'array';
  readonly nodes: Node[];
}
export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly pairs: Node[];
}
export interface PairNode extends NodeBase {
  readonly kind: 'pair';
  key: Node;
  value: Node;
}

/** A literal that is a value as it stands. */
export type LiteralNode = IntegerNode | FloatNode | BoolNode | StringNode;

export type Node =
  | NilNode
  | IdentifierNode
  | IntegerNode
  | FloatNode
  | BoolNode
  | StringNode
  | BytesNode
  | ConstantNode
  | UnaryNode
  | BinaryNode
  | ChainNode
  | MemberNode
  | SliceNode
  | CallNode
  | BuiltinNode
  | PredicateNode
  | PointerNode
  | VariableNode
  | SequenceNode
  | ConditionalNode
  | ArrayNode
  | MapNode
  | PairNode;
