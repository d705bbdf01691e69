import type { Rule } from '../rule.ts';

export const templateCycle: Rule = {
  severity: 'error',
  summary: 'Templates that refer to each other in a circle.',
  reference({ circle, templates, keys, kind, name }) {
    if (circle === undefined) return [];
    if (!kind.endsWith('Template')) return [];
    // It is told once: of the first of its names, and not of those who only come to it.
    if (circle.toSorted()[0] !== name) return [];
    const next = circle[circle.indexOf(name) + 1];
    const at = templates.find((template) => template.name === next)?.keys ?? keys;
    return [{ keys: at, message: `a circle: ${circle.map((each) => `"${each}"`).join(' refers to ')}` }];
  },
};
