import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The imports of each file: type-only, dynamic and bare ones too. Files by their path, packages by their name. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const SPECIFIER =
  /(?:^(?:import|export)\b[^;'"]*?\bfrom\s*|^import\s+|\bimport\s*\(\s*|\brequire\s*\(\s*)(['"])([a-z@.][^'"\s]*)\1/gm;

/** Reads what every shipped source imports. */
export async function readImportGraph(root: string): Promise<ImportGraph> {
  const graph = new Map<string, readonly string[]>();
  for await (const file of glob(['lib/**/*.ts', 'functions/**/*.ts'], { cwd: root })) {
    graph.set(file, importsOf(file, readFileSync(join(root, file), 'utf8')));
  }
  return graph;
}

/** What a source imports: paths from the root, `node:…`, or the name of a package without what is inside it. */
export function importsOf(file: string, source: string): string[] {
  return [...source.matchAll(SPECIFIER)].map(([, , specifier = '']) => {
    if (specifier.startsWith('.')) return join(dirname(file), specifier);
    return specifier.startsWith('node:') ? specifier : (/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
  });
}

/**
 * The circles of a graph: each a list of files that all reach each other, types included.
 * @source Tarjan, Depth-first search and linear graph algorithms, 1972
 */
export function findCircles(graph: ImportGraph): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    const mine = order.size;
    order.set(file, mine);
    lowest.set(file, mine);
    open.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!graph.has(next)) continue;
      const reached = order.has(next) ? (open.includes(next) ? (order.get(next) ?? mine) : mine) : visit(next);
      lowest.set(file, Math.min(lowest.get(file) ?? mine, reached));
    }
    const low = lowest.get(file) ?? mine;
    if (low === mine) {
      const circle = open.splice(open.indexOf(file));
      if (circle.length > 1) circles.push(circle);
    }
    return low;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles;
}
