import { AssayError } from '../model/errors.ts';
import type { DocumentStore, SecretStore } from '../model/cluster-documents.ts';

/** Documents in this process alone: for tests, and for clusters that are registered in code. */
export function memoryDocuments(documents: ReadonlyMap<string, string> = new Map()): DocumentStore {
  const kept = new Map(documents);
  return {
    listNames: async () => [...kept.keys()].toSorted(),
    readSome: async (names) => new Map([...kept].filter(([name]) => names.includes(name))),
    readAll: async () => new Map([...kept].toSorted(([left], [right]) => (left < right ? -1 : 1))),
    read: async (name) => kept.get(name),
    async write(name, text, { replace }) {
      if (kept.has(name) && !replace) return false;
      kept.set(name, text);
      return true;
    },
    remove: async (name) => kept.delete(name),
    placeOf: (name) => `memory:${name}`,
  };
}

/** Secrets in this process alone. Those given belong to no cluster. */
export function memorySecrets(secrets: ReadonlyMap<string, string> = new Map()): SecretStore {
  const kept = new Map<string, { readonly value: string; readonly cluster?: string }>(
    [...secrets].map(([name, value]) => [name, { value }]),
  );
  return {
    async read(name) {
      const secret = kept.get(name);
      if (secret) return secret.value;
      throw new AssayError('ASSAY_SECRET_UNREADABLE', `secret ${name}: there is none`);
    },
    async write(name, value, cluster) {
      const before = kept.get(name);
      if (before && before.cluster !== cluster) {
        throw new AssayError(
          'ASSAY_REGISTRY_REFUSED',
          `secret ${name} is there already, and not of cluster ${cluster}`,
        );
      }
      kept.set(name, { value, cluster });
    },
    async remove(name, cluster) {
      const secret = kept.get(name);
      if (!secret) return 'absent';
      if (secret.cluster !== cluster) return 'not ours';
      kept.delete(name);
      return 'removed';
    },
  };
}
