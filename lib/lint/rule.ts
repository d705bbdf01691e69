import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Keys, Severity } from '../model/problem.ts';
import type { ProviderField } from '../model/provider-rows.ts';
import type { AnalysisSubject, MetricSubject, PodSubject, Provided } from './subject.ts';
import type { Span, ValueEdit } from './span.ts';
import type { ReferenceSubject } from './reference-subject.ts';

/** What a rule finds in an object. */
export interface Slip {
  readonly keys: Keys;
  readonly message: string;
  /** What to do about it, where the message alone does not say. */
  readonly hint?: string | undefined;
  /** The value found; it is shown only where it may be. */
  readonly value?: unknown;
  /** Where it is not that of the rule. */
  readonly severity?: Severity;
  /** The part of the field's text that is meant. */
  readonly span?: Span | undefined;
  /** Whether it is about something that is not there: an unknown field beside it may be just that. */
  readonly isAbsence?: true;
  /** What mends it; only where that is certain. */
  readonly fix?: readonly ValueEdit[];
}

/**
 * What lint knows. A rule looks at one sort of thing; one that looks at none is found in reading, before there is
 * any object to look at. Rules are pure, and never throw for an object that its schema lets pass.
 */
export interface Rule {
  readonly severity: Severity;
  /** What it finds, in one line. */
  readonly summary: string;
  /** The only provider whose metrics it looks at. */
  readonly provider?: ProviderField;
  readonly object?: (object: KubernetesObject) => readonly Slip[];
  readonly analysis?: (analysis: AnalysisSubject) => readonly Slip[];
  readonly metric?: (metric: MetricSubject) => readonly Slip[];
  /** Where there is one provider, and it is supported. */
  readonly provided?: (provided: Provided, metric: MetricSubject) => readonly Slip[];
  /** Pods of Jobs and of Experiments. */
  readonly pod?: (pod: PodSubject) => readonly Slip[];
  /** Whatever refers to templates, where the other files are known. */
  readonly reference?: (reference: ReferenceSubject) => readonly Slip[];
}
