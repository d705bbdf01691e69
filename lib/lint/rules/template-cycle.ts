import type { Rule } from '../rule.ts';

export const templateCycle: Rule = {
  severity: 'error',
  summary: 'Templates that refer to each other in a circle.',
  reference({ circle, templates, keys, kind, name }) {
    if (circle === undefined) return [];
    // It is told where it begins, not once more of all who come to it.
    if (!kind.endsWith('Template') || !circle.includes(name)) return [];
    const next = circle[circle.indexOf(name) + 1];
    const at = templates.find((template) => template.name === next)?.keys ?? keys;
    return [{ keys: at, message: `a circle: ${circle.map((each) => `"${each}"`).join(' refers to ')}` }];
  },
};
