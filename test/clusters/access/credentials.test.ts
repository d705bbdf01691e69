import { describe, expect, it } from 'vitest';
import { type Access, rotatingCredentials } from '../../../lib/clusters/access/credentials.ts';

/** Credentials whose token is the number of loads so far; `fails` makes them fail from now on. */
function open() {
  const state = { nowMs: 0, fails: false, loads: [] as boolean[] };
  const load = async (isRefused: boolean): Promise<Access> => {
    state.loads.push(isRefused);
    await Promise.resolve();
    if (state.fails) throw new Error('no');
    return { server: 'https://api', tls: {}, headers: { authorization: String(state.loads.length) } };
  };
  const credentials = rotatingCredentials(load, { maxAgeMs: 1000, nowMs: () => state.nowMs });
  const token = async () => (await credentials.access()).headers['authorization'];
  return { state, credentials, token };
}

describe('rotatingCredentials', () => {
  it('loads once for all who come at one time, and again when it is old', async () => {
    const { state, token } = open();
    expect(await Promise.all([token(), token()])).toStrictEqual(['1', '1']);
    state.nowMs = 999;
    expect(await token()).toBe('1');
    state.nowMs = 1000;
    expect(await token()).toBe('2');
    expect(state.loads).toStrictEqual([false, false]);
  });

  it('passes by all caches where the server has refused it', async () => {
    const { state, credentials, token } = open();
    const refused = await credentials.access();
    const renewed = await Promise.all([credentials.renew(refused), credentials.renew(refused)]);
    expect(renewed.map(({ headers }) => headers['authorization'])).toStrictEqual(['2', '2']);
    expect(await credentials.renew(refused)).toBe(renewed[0]);
    expect(await token()).toBe('2');
    expect(state.loads).toStrictEqual([false, true]);
  });

  it('uses what it has while it cannot load, and says so where there is nothing or it is refused', async () => {
    const { state, credentials, token } = open();
    state.fails = true;
    await expect(token()).rejects.toThrow('no');
    state.fails = false;
    const before = await credentials.access();
    state.fails = true;
    state.nowMs = 1000;
    expect(await credentials.access()).toBe(before);
    expect(await credentials.access()).toBe(before);
    expect(state.loads).toHaveLength(3);
    await expect(credentials.renew(before)).rejects.toThrow('no');
  });
});
