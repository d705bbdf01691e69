import type { ApiClient } from './api-client.ts';
import type { Container, KeyReference, Pod } from './pod.ts';

/** What a container runs, with its variables put in. */
export interface ContainerCommand {
  /** The executable and its arguments; empty if the container names neither: then it just runs. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What the kubelet tells containers that no spec does. */
export interface PodSurroundings {
  readonly podIp: string;
  /** The node's variables: PATH and the like; a container's own go before them. */
  readonly env: Readonly<Record<string, string>>;
}

/** Promises what a container runs; rejects where its variables name what is not there, as a kubelet does. */
export async function resolveCommand(
  api: ApiClient,
  pod: Pod,
  container: Container,
  { podIp, env: surroundings }: PodSurroundings,
): Promise<ContainerCommand> {
  const env: Record<string, string> = {};
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const values = configMapRef
      ? await readValues(api, pod, 'configmaps', configMapRef)
      : secretRef
        ? await readValues(api, pod, 'secrets', secretRef)
        : {};
    for (const [key, value] of Object.entries(values)) env[prefix + key] = value;
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found =
      valueFrom === undefined
        ? expand(value ?? '', env)
        : valueFrom.configMapKeyRef
          ? await readKey(api, pod, 'configmaps', valueFrom.configMapKeyRef)
          : valueFrom.secretKeyRef
            ? await readKey(api, pod, 'secrets', valueFrom.secretKeyRef)
            : readField(pod, podIp, valueFrom.fieldRef?.fieldPath ?? '');
    if (found !== undefined) env[name] = found;
  }
  const words = [...(container.command ?? []), ...(container.args ?? [])].map((word) => expand(word, env));
  return { words, env: { ...surroundings, ...env } };
}

/** Replaces `$(NAME)` where NAME is known; `$$(NAME)` stands for `$(NAME)` itself. */
function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(\$|\(([^)]*)\))/g, (whole, what: string, name: string | undefined) =>
    what === '$' ? '$' : (env[name ?? ''] ?? whole),
  );
}

type Source = 'configmaps' | 'secrets';

async function readValues(
  api: ApiClient,
  { metadata }: Pod,
  source: Source,
  { name, optional }: { name: string; optional?: boolean },
): Promise<Record<string, string>> {
  const path = `/api/v1/namespaces/${metadata.namespace}/${source}/${name}`;
  const { status, body } = await api.send<{ data?: Record<string, string> }>(path);
  if (status === 404 && optional === true) return {};
  if (status !== 200) throw new Error(`${source.slice(0, -1)} "${name}" not found`);
  const values = Object.entries(body.data ?? {});
  return Object.fromEntries(
    values.map(([key, value]) => [key, source === 'secrets' ? Buffer.from(value, 'base64').toString() : value]),
  );
}

async function readKey(api: ApiClient, pod: Pod, source: Source, reference: KeyReference): Promise<string | undefined> {
  const value = (await readValues(api, pod, source, reference))[reference.key];
  if (value === undefined && reference.optional !== true) {
    throw new Error(`couldn't find key ${reference.key} in ${source.slice(0, -1)} ${reference.name}`);
  }
  return value;
}

function readField({ metadata, spec }: Pod, podIp: string, path: string): string | undefined {
  const [, kind, key = ''] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? [];
  if (kind === 'labels') return metadata.labels?.[key] ?? '';
  if (kind === 'annotations') return metadata.annotations?.[key] ?? '';
  const fields: Record<string, string | undefined> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.podIP': podIp,
    'status.hostIP': '127.0.0.1',
  };
  return fields[path];
}
