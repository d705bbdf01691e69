import type { Rule } from '../rule.ts';

export const getWithBody: Rule = {
  severity: 'error',
  summary: 'A web metric with a body that its method does not send, or with two.',
  provider: 'web',
  provided({ spec, keys }) {
    const { method, body, jsonBody } = spec;
    const field = jsonBody !== undefined ? 'jsonBody' : 'body';
    const hasBody = (typeof body === 'string' && body !== '') || jsonBody !== undefined;
    if (hasBody && jsonBody !== undefined && typeof body === 'string' && body !== '') {
      const message = 'use either Body or JSONBody; both cannot exists for WebMetric payload';
      return [{ keys: [...keys, 'body'], message }];
    }
    if (!hasBody || (method !== undefined && method !== '' && method !== 'GET')) return [];
    const message = 'Body/JSONBody can only be used with POST or PUT WebMetric Method types';
    return [{ keys: [...keys, field], message, hint: 'add method: POST' }];
  },
};
