import { isObject } from '../../model/is-object.ts';
import { domainLabelProblems, portNameProblems, variableNameProblems } from '../../workload/names.ts';
import { duplicate, invalid, notFound, required, unsupported } from './field-error.ts';

type Json = Readonly<Record<string, unknown>>;

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
const MOST_PORT = 65_535;

/** What is wrong with the names of the volumes of a pod, and which names are right. */
export function checkVolumes(
  spec: Json,
  path: string,
): { readonly problems: string[]; readonly names: ReadonlySet<string> } {
  const names = new Set<string>();
  const problems = itemsOf(spec['volumes']).flatMap((volume, index) => {
    const at = `${path}.volumes[${index}].name`;
    const name = textOf(volume['name']);
    const wrong = [...labelProblems(name, at), ...(names.has(name) ? [duplicate(at, name)] : [])];
    if (wrong.length === 0) names.add(name);
    return wrong;
  });
  return { problems, names };
}

/**
 * What is wrong with the containers of a pod and those that run before them.
 * @param spec     with its defaults
 * @param volumes  the names that mounts may have
 * @source validateContainers in pkg/apis/core/validation of k8s.io/kubernetes v1.34.5
 */
export function containerProblems(spec: Json, volumes: ReadonlySet<string>, path: string): string[] {
  const containers = itemsOf(spec['containers']);
  const names = new Set<string>();
  const check = (container: Json, at: string, isMain: boolean): string[] => {
    const name = textOf(container['name']);
    const repeated = names.has(name) ? [duplicate(`${at}.name`, name)] : [];
    if (isMain || name !== '') names.add(name);
    return [...commonProblems(container, volumes, at), ...repeated];
  };
  const main = containers.flatMap((container, index) => check(container, `${path}.containers[${index}]`, true));
  const before = itemsOf(spec['initContainers']).flatMap((container, index) => {
    const problems = check(container, `${path}.initContainers[${index}]`, false);
    // They run one by one; whichever it is, the API server calls it the first.
    return [...problems, ...hostPortProblems([container], `${path}.initContainers`)];
  });
  if (containers.length === 0) return [required(`${path}.containers`), ...before];
  return [...main, ...hostPortProblems(containers, `${path}.containers`), ...before];
}

function commonProblems(container: Json, volumes: ReadonlySet<string>, at: string): string[] {
  const { name, image, imagePullPolicy, terminationMessagePolicy } = container;
  return [
    ...labelProblems(textOf(name), `${at}.name`),
    ...(textOf(image) === '' ? [required(`${at}.image`)] : []),
    ...wordProblems(terminationMessagePolicy, MESSAGE_POLICIES, `${at}.terminationMessagePolicy`),
    ...portProblems(itemsOf(container['ports']), `${at}.ports`),
    ...variableProblems(itemsOf(container['env']), `${at}.env`),
    ...mountProblems(itemsOf(container['volumeMounts']), volumes, `${at}.volumeMounts`),
    ...wordProblems(imagePullPolicy, PULL_POLICIES, `${at}.imagePullPolicy`),
  ];
}

function labelProblems(name: string, at: string): string[] {
  if (name === '') return [required(at)];
  return domainLabelProblems(name).map((problem) => invalid(at, name, problem));
}

function wordProblems(word: unknown, known: readonly string[], at: string): string[] {
  const text = textOf(word);
  return known.includes(text) ? [] : [unsupported(at, text, known)];
}

function portProblems(ports: readonly Json[], path: string): string[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `${path}[${index}]`;
    const name = textOf(port['name']);
    const problems = portNameProblems(name).map((problem) => invalid(`${at}.name`, name, problem));
    const isRepeated = problems.length === 0 && names.has(name);
    if (problems.length === 0) names.add(name);
    return [
      ...(name === '' ? [] : problems),
      ...(name !== '' && isRepeated ? [duplicate(`${at}.name`, name)] : []),
      ...(numberOf(port['containerPort']) === 0 ? [required(`${at}.containerPort`)] : []),
      ...numberProblems(numberOf(port['containerPort']), `${at}.containerPort`),
      ...numberProblems(numberOf(port['hostPort']), `${at}.hostPort`),
      ...wordProblems(port['protocol'], PROTOCOLS, `${at}.protocol`),
    ];
  });
}

/** 0 stands for none. */
function numberProblems(port: number, at: string): string[] {
  if (port === 0 || (port >= 1 && port <= MOST_PORT)) return [];
  return [invalid(at, port, `must be between 1 and ${MOST_PORT}, inclusive`)];
}

function hostPortProblems(containers: readonly Json[], path: string): string[] {
  const taken = new Set<string>();
  return containers.flatMap((container, index) =>
    itemsOf(container['ports']).flatMap((port, at) => {
      const hostPort = numberOf(port['hostPort']);
      if (hostPort === 0) return [];
      const key = `${textOf(port['protocol'])}/${textOf(port['hostIP'])}/${hostPort}`;
      if (taken.has(key)) return [duplicate(`${path}[${index}].ports[${at}].hostPort`, key)];
      taken.add(key);
      return [];
    }),
  );
}

function variableProblems(variables: readonly Json[], path: string): string[] {
  return variables.flatMap((variable, index) => {
    const at = `${path}[${index}].name`;
    const name = textOf(variable['name']);
    if (name === '') return [required(at)];
    return variableNameProblems(name).map((problem) => invalid(at, name, problem));
  });
}

function mountProblems(mounts: readonly Json[], volumes: ReadonlySet<string>, path: string): string[] {
  const taken = new Set<string>();
  return mounts.flatMap((mount, index) => {
    const at = `${path}[${index}]`;
    const name = textOf(mount['name']);
    const mountPath = textOf(mount['mountPath']);
    const problems = [
      ...(name === '' ? [required(`${at}.name`)] : []),
      ...(volumes.has(name) ? [] : [notFound(`${at}.name`, name)]),
      ...(mountPath === '' ? [required(`${at}.mountPath`)] : []),
      ...(taken.has(mountPath) ? [invalid(`${at}.mountPath`, mountPath, 'must be unique')] : []),
    ];
    taken.add(mountPath);
    return problems;
  });
}

/** CRDs leave the inside of pods open: what is of another type is as good as not there. */
function itemsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
