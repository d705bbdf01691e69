import { expect, it } from 'vitest';
import type { SecretStore } from '../../lib/model/cluster-documents.ts';

/** What every place for secrets does. `open` gives one in which `foreign` is somebody else's. */
export function secretStoreContract(open: () => Promise<SecretStore>): void {
  it('gives back what was written, as it is now', async () => {
    const store = await open();
    await store.write('assay/shop', 'one', 'shop');
    await store.write('assay/shop', 'two', 'shop');
    expect(await store.read('assay/shop')).toBe('two');
  });

  it('brings back what was removed', async () => {
    const store = await open();
    await store.write('assay/shop', 'one', 'shop');
    expect(await store.remove('assay/shop', 'shop')).toBe('removed');
    expect(await store.remove('assay/shop', 'shop')).toBe('absent');
    await store.write('assay/shop', 'two', 'shop');
    expect(await store.read('assay/shop')).toBe('two');
  });

  it('leaves alone what is not of that cluster', async () => {
    const store = await open();
    expect(await store.remove('absent', 'shop')).toBe('absent');
    expect(await store.remove('foreign', 'shop')).toBe('not ours');
    await expect(store.write('foreign', 'x', 'shop')).rejects.toMatchObject({ code: 'ASSAY_REGISTRY_REFUSED' });
    expect(await store.read('foreign')).toBe('kept');
  });

  it('says which secret it cannot read', async () => {
    const store = await open();
    await expect(store.read('absent')).rejects.toMatchObject({
      code: 'ASSAY_SECRET_UNREADABLE',
      message: expect.stringContaining('secret absent'),
      retry: false,
    });
  });
}
