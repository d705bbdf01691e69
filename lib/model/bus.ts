/** Where it is told what happened. Every implementation passes `test/contract/bus.ts`. */
export interface Bus {
  /**
   * Puts events on the bus: each at least once, in any order. Where it rejects, some may have been taken; all of them
   * may be published again, since an event is a hint.
   *
   * @throws AssayError ASSAY_BUS_UNREACHABLE (`retry: true`), ASSAY_BUS_REFUSED
   */
  publish(events: readonly BusEvent[]): Promise<void>;
}

/** One event, as EventBridge has them. */
export interface BusEvent {
  /** `assay.cluster.<name>` for what happens in a cluster, `assay` for what Assay found. */
  readonly source: string;
  /** Such as `AnalysisRun Created`, or `AnalysisRun Failed`. */
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
}
