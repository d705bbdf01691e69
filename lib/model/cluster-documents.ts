/** Where the documents of clusters are kept. Failures are ASSAY_REGISTRY_REFUSED and, retried, ASSAY_REGISTRY_UNREACHABLE. */
export interface ClusterDocuments {
  /** The name of every cluster that has a document, in order. */
  listNames(): Promise<readonly string[]>;
  /**
   * The texts of the documents of these clusters, by name; of those that have one. Ten at a time: whatever is wrong with
   * the request for one of them is wrong with that for all ten.
   */
  readSome(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** The same, for those who register clusters. */
export interface DocumentStore extends ClusterDocuments {
  /** The text of every document, by the name of its cluster, in the order of the names. */
  readAll(): Promise<ReadonlyMap<string, string>>;
  read(name: string): Promise<string | undefined>;
  /** False, and nothing is written, where there is a document already and it is not to be replaced. */
  write(name: string, text: string, options: { readonly replace: boolean }): Promise<boolean>;
  /** False where there is none. */
  remove(name: string): Promise<boolean>;
  /** Where a document stands, for people: `/assay/prod/clusters/shop`. */
  placeOf(name: string): string;
}

/** Documents that one request reads, at the price of one. */
export const DOCUMENTS_A_READ = 10;

/** Where secrets are read. */
export interface Secrets {
  /**
   * @param name  name or ARN
   * @throws      AssayError ASSAY_SECRET_UNREADABLE; retried where there was no answer
   */
  read(name: string): Promise<string>;
}

/** The same, for those who register clusters. It writes and removes only what it has made for that very cluster. */
export interface SecretStore extends Secrets {
  /** @throws AssayError ASSAY_REGISTRY_REFUSED where another secret has the name */
  write(name: string, value: string, cluster: string): Promise<void>;
  remove(name: string, cluster: string): Promise<'removed' | 'absent' | 'not ours'>;
}
