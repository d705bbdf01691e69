import type { SourceText } from '../lint/finding.ts';
import { readSource } from '../lint/read-source.ts';
import { analysisSubject, isAnalysis, type Provided } from '../lint/subject.ts';
import { fillKnown, type KnownValues } from '../lint/values.ts';
import type { ConnectionSettings } from '../model/connection.ts';
import { usedConnection } from '../model/connection-match.ts';
import { isObject } from '../model/is-object.ts';

/** Which connection a metric would use. */
export interface MetricConnection {
  readonly file: string;
  /** `AnalysisTemplate success-rate` */
  readonly resource: string;
  readonly metric: string;
  /** Undefined where it would use none, or its arguments say. */
  readonly connection: string | undefined;
  readonly message: string;
  /** It would be refused. */
  readonly isRefused: boolean;
}

/** For each metric that asks a server, in the order in which they stand. */
export function connectionsOfMetrics(
  sources: readonly SourceText[],
  settings: ConnectionSettings,
): readonly MetricConnection[] {
  const documents = sources.flatMap((source) => readSource(source).documents);
  return documents.flatMap(({ file, part: object }) => {
    if (!object || !isAnalysis(object)) return [];
    const { metrics, values } = analysisSubject(object);
    const resource = `${object.kind} ${object.metadata.name ?? ''}`.trimEnd();
    return metrics.flatMap(({ metric: { name }, provided }) =>
      provided && provided.row.asksNobody !== true && provided.row.isUnread !== true
        ? [{ file, resource, metric: name, ...toldOf(provided, values, settings) }]
        : [],
    );
  });
}

function toldOf({ field, spec }: Provided, values: KnownValues, settings: ConnectionSettings) {
  const { connections = [], onlyConnections = false } = settings;
  const used = usedConnection(connections, field, filled(spec, values));
  if (used.is === 'used') {
    return { connection: used.connection.name, message: `connection ${used.connection.name}`, isRefused: false };
  }
  const isRefused = used.is === 'none' && onlyConnections;
  const none = isRefused ? 'no connection: refused (onlyConnections)' : 'no connection';
  const message = used.is === 'none' ? none : 'its arguments say which connection';
  return { connection: undefined, message, isRefused };
}

/** With the arguments whose values are known. */
function filled(value: unknown, values: KnownValues): unknown {
  if (typeof value === 'string') return fillKnown(value, values.plain)?.text ?? value;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, values)]));
}
