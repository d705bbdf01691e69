/** Where a resource stands in the API. */
export interface ResourceType {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /**
   * Where the status is written: in the `own` object, with everything else (or there is none); or through the
   * `subresource` alone, which takes nothing but the status, and which no other write reaches.
   */
  readonly status: 'own' | 'subresource';
  /** It is a subresource of objects of this kind, and is only ever created. */
  readonly of?: 'Pod';
}
