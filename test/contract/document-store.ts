import { expect, it } from 'vitest';
import type { DocumentStore } from '../../lib/model/cluster-documents.ts';

/** What every place for documents does. `open` gives an empty one. */
export function documentStoreContract(open: () => Promise<DocumentStore>): void {
  it('gives back what was written, all of it in the order of the names', async () => {
    const store = await open();
    expect(await store.readAll()).toStrictEqual(new Map());
    const names = Array.from({ length: 23 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    for (const name of names.toReversed())
      expect(await store.write(name, `{"${name}":1}`, { replace: false })).toBe(true);
    expect([...(await store.readAll())]).toStrictEqual(names.map((name) => [name, `{"${name}":1}`]));
    expect(await store.listNames()).toStrictEqual(names);
    expect(await store.readSome([...names.slice(2, 14), 'none'])).toStrictEqual(
      new Map(names.slice(2, 14).map((name) => [name, `{"${name}":1}`])),
    );
    expect(await store.read('c07')).toBe('{"c07":1}');
    expect(await store.read('c7')).toBeUndefined();
  });

  it('replaces only what it is told to', async () => {
    const store = await open();
    await store.write('shop', 'one', { replace: true });
    expect(await store.write('shop', 'two', { replace: false })).toBe(false);
    expect(await store.read('shop')).toBe('one');
    expect(await store.write('shop', 'two', { replace: true })).toBe(true);
    expect(await store.read('shop')).toBe('two');
  });

  it('removes what is there', async () => {
    const store = await open();
    await store.write('shop', 'one', { replace: false });
    expect(await store.remove('shop')).toBe(true);
    expect(await store.remove('shop')).toBe(false);
    expect(await store.read('shop')).toBeUndefined();
  });
}
