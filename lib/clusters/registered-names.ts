import { errorFields } from '../log/error-fields.ts';
import type { ClusterDocuments } from '../model/cluster-documents.ts';
import { AssayError } from '../model/errors.ts';
import type { Log } from '../model/ports.ts';

/**
 * The names of all clusters that are registered, read anew at each call; where they cannot be read, those of before.
 *
 * @throws AssayError, from the function returned: ASSAY_REGISTRY_UNREACHABLE or ASSAY_REGISTRY_REFUSED, where nothing was
 *         read before
 */
export function registeredNames(
  documents: Pick<ClusterDocuments, 'listNames'>,
  log: Pick<Log, 'warn'>,
): () => Promise<readonly string[]> {
  let names: readonly string[] | undefined;
  return async () => {
    try {
      names = await documents.listNames();
    } catch (error) {
      if (!names || !(error instanceof AssayError)) throw error;
      log.warn('registry not read', errorFields(error));
    }
    return names;
  };
}
