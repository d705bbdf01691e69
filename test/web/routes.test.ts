import { expect, test } from 'vitest';
import { type Route, routeFinder, textAnswer } from '../../lib/web/routes.ts';

const route = (method: Route['method'], path: string): Route => ({ method, path, answer: () => textAnswer(200, path) });
const find = routeFinder([
  route('GET', '/runs'),
  route('POST', '/runs'),
  route('GET', '/runs/mine'),
  route('GET', '/runs/:cluster/:name'),
  route('GET', '/runs/:id'),
]);

test.each([
  { name: 'a path as it stands', asked: 'GET /runs', path: '/runs', parameters: {} },
  { name: 'HEAD as GET', asked: 'HEAD /runs', path: '/runs', parameters: {} },
  { name: 'the first that fits', asked: 'GET /runs/mine', path: '/runs/mine', parameters: {} },
  { name: 'a parameter', asked: 'GET /runs/7', path: '/runs/:id', parameters: { id: '7' } },
  {
    name: 'parameters, decoded',
    asked: 'GET /runs/eu%2Fwest/a%20b',
    path: '/runs/:cluster/:name',
    parameters: { cluster: 'eu/west', name: 'a b' },
  },
])('found: $name', ({ asked, path, parameters }) => {
  const [method = '', at = ''] = asked.split(' ');
  expect(find(method, at)).toMatchObject({ route: { path }, parameters });
});

test.each(['GET /', 'GET /runs/', 'GET /runs/a/b/c', 'GET /runs/%ff', 'GET *', 'GET /RUNS'])(
  'not found: %s',
  (asked) => {
    const [method = '', at = ''] = asked.split(' ');
    expect(find(method, at)).toBeUndefined();
  },
);

test.each([
  { asked: 'DELETE /runs', allow: 'GET, HEAD, POST' },
  { asked: 'POST /runs/7', allow: 'GET, HEAD' },
])('$asked is another method than $allow', ({ asked, allow }) => {
  const [method = '', at = ''] = asked.split(' ');
  expect(find(method, at)).toEqual({ allow });
});

test('any path is one too', () => {
  const any = routeFinder([route('POST', '*')]);
  expect(any('POST', '/whatever/it/is')).toMatchObject({ parameters: {} });
  expect(any('GET', '/')).toEqual({ allow: 'POST' });
});
