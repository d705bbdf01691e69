import type { Node } from './ast.ts';

/**
 * Visits a tree, children before their parents, and puts what `visit` gives in the place of each node; the new tree is
 * returned. Needs no stack of its own size, so depth does not matter. What `filter` and `find` carry in `map` is not visited.
 *
 * @source ast/visitor.go of expr-lang/expr
 */
export function walk(tree: Node, visit: (node: Node) => Node): Node {
  const path: { readonly node: Node; next: number }[] = [{ node: tree, next: 0 }];
  for (;;) {
    const place = path.at(-1);
    if (place === undefined) return tree;
    const child = childAt(place.node, place.next);
    if (child !== undefined) {
      path.push({ node: child, next: 0 });
      continue;
    }
    path.pop();
    const replaced = visit(place.node);
    const parent = path.at(-1);
    if (parent === undefined) return replaced;
    setChild(parent.node, parent.next, replaced);
    parent.next++;
  }
}

/** The child at an index, counted in the order of Go's walk; undefined behind the last. */
export function childAt(node: Node, index: number): Node | undefined {
  switch (node.kind) {
    case 'unary':
      return index === 0 ? node.operand : undefined;
    case 'binary':
      return index === 0 ? node.left : index === 1 ? node.right : undefined;
    case 'chain':
    case 'predicate':
      return index === 0 ? node.node : undefined;
    case 'member':
      return index === 0 ? node.node : index === 1 ? node.property : undefined;
    case 'slice':
      return [node.node, node.from, node.to].filter((child) => child !== undefined)[index];
    case 'call':
      return index === 0 ? node.callee : node.args[index - 1];
    case 'builtin':
      return node.args[index];
    case 'variable':
      return index === 0 ? node.value : index === 1 ? node.body : undefined;
    case 'sequence':
    case 'array':
      return node.nodes[index];
    case 'conditional':
      return index === 0 ? node.condition : index === 1 ? node.yes : index === 2 ? node.no : undefined;
    case 'map':
      return node.pairs[index];
    case 'pair':
      return index === 0 ? node.key : index === 1 ? node.value : undefined;
    default:
      return undefined;
  }
}

function setChild(node: Node, index: number, child: Node): void {
  switch (node.kind) {
    case 'unary':
      node.operand = child;
      break;
    case 'binary':
      if (index === 0) node.left = child;
      else node.right = child;
      break;
    case 'chain':
    case 'predicate':
      node.node = child;
      break;
    case 'member':
      if (index === 0) node.node = child;
      else node.property = child;
      break;
    case 'slice':
      if (index === 0) node.node = child;
      else if (index === 1 && node.from !== undefined) node.from = child;
      else node.to = child;
      break;
    case 'call':
      if (index === 0) node.callee = child;
      else node.args[index - 1] = child;
      break;
    case 'builtin':
      node.args[index] = child;
      break;
    case 'variable':
      if (index === 0) node.value = child;
      else node.body = child;
      break;
    case 'sequence':
    case 'array':
      node.nodes[index] = child;
      break;
    case 'conditional':
      if (index === 0) node.condition = child;
      else if (index === 1) node.yes = child;
      else node.no = child;
      break;
    case 'map':
      node.pairs[index] = child;
      break;
    case 'pair':
      if (index === 0) node.key = child;
      else node.value = child;
      break;
    default:
      break;
  }
}
