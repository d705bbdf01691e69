import { type Connection, type TextReference, textReferences } from '../model/connection.ts';
import { AssayError } from '../model/errors.ts';

/** Where texts of connections stand. Each rejects with ASSAY_SECRET_UNREADABLE. */
export interface TextPlaces {
  /** A secret of Secrets Manager: `name`, or `name#field`. */
  readonly secret: (reference: string) => Promise<string>;
  /** Only where its operator alone writes the settings. */
  readonly file?: ((path: string) => Promise<string>) | undefined;
  /** A Secret of the cluster, of its namespace for Assay. */
  readonly secretKeyRef: (name: string, key: string) => Promise<string>;
}

/** What a connection refers to, read. */
export interface Texts {
  /** By the reference, as it stands in the connection. */
  of(reference: TextReference): string;
  /** Those that nobody may see. */
  readonly secrets: readonly string[];
}

export interface ConnectionTexts {
  /** @throws AssayError ASSAY_SECRET_UNREADABLE */
  read(): Promise<Texts>;
  /** Reads anew, as what was read is not taken; false where that was done a moment ago, or gave the same. */
  renew(): Promise<boolean>;
}

const KEPT_MS = 5 * 60_000;
const LEAST_KEPT_MS = 10_000;

/** Reads what a connection refers to when it is first used, and again after five minutes. */
export function connectionTexts(connection: Connection, places: TextPlaces, nowMs: () => number): ConnectionTexts {
  const references = textReferences(connection);
  let kept: { readonly texts: Promise<Texts>; readonly atMs: number } | undefined;

  const readAnew = async (): Promise<Texts> => {
    const entries = references.map(async (each) => [each, await readText(each, places)] as const);
    const byReference = new Map(await Promise.all(entries));
    return {
      of(reference) {
        const text = byReference.get(reference);
        if (text === undefined) throw new RangeError('a reference of another connection');
        return text;
      },
      secrets: [...byReference].flatMap(([{ value }, text]) => (value === undefined ? [text] : [])),
    };
  };
  const keep = (): Promise<Texts> => {
    const texts = readAnew();
    const made = { texts, atMs: nowMs() };
    kept = made;
    // What could not be read is tried again by whoever comes next.
    texts.catch(() => {
      if (kept === made) kept = undefined;
    });
    return texts;
  };

  return {
    read: async () => (kept && nowMs() - kept.atMs < KEPT_MS ? kept.texts : keep()),
    async renew() {
      const before = kept;
      if (before && nowMs() - before.atMs < LEAST_KEPT_MS) return false;
      const [old, fresh] = [await before?.texts, await keep()];
      return JSON.stringify(old?.secrets) !== JSON.stringify(fresh.secrets);
    },
  };
}

async function readText({ value, secret, file, secretKeyRef }: TextReference, places: TextPlaces): Promise<string> {
  if (value !== undefined) return value;
  if (secret !== undefined) return places.secret(secret);
  if (secretKeyRef) return places.secretKeyRef(secretKeyRef.name, secretKeyRef.key);
  if (file !== undefined && places.file) return (await places.file(file)).trimEnd();
  throw new AssayError('ASSAY_SECRET_UNREADABLE', 'files are read by assay serve alone');
}
