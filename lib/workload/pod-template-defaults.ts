import { isShaped } from '../expression/go/json-fields.ts';
import { isAbsent } from '../model/empty.ts';
import { isObject } from '../model/is-object.ts';
import { type Field, STRUCTURES } from './pod-template-json.ts';
import { parseQuantity, roundUpToMilli } from './quantity.ts';

type Json = Readonly<Record<string, unknown>>;

const FILE_MODE = 0o644;

/** What the API server fills in where nothing is set, by structure. */
const DEFAULTS: Readonly<Record<string, Json | ((set: Json) => Json)>> = {
  PodSpec: {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  },
  Container: containerDefaults,
  EphemeralContainer: containerDefaults,
  ContainerPort: { protocol: 'TCP' },
  Probe: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  HTTPGetAction: { path: '/', scheme: 'HTTP' },
  GRPCAction: { service: '' },
  ObjectFieldSelector: { apiVersion: 'v1' },
  FileKeySelector: { optional: false },
  Volume: (set) => (hasSource(set) ? {} : { emptyDir: {} }),
  HostPathVolumeSource: { type: '' },
  SecretVolumeSource: { defaultMode: FILE_MODE },
  ConfigMapVolumeSource: { defaultMode: FILE_MODE },
  DownwardAPIVolumeSource: { defaultMode: FILE_MODE },
  ProjectedVolumeSource: { defaultMode: FILE_MODE },
  ServiceAccountTokenProjection: { expirationSeconds: 3600 },
  ISCSIVolumeSource: { iscsiInterface: 'default' },
  RBDVolumeSource: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  AzureDiskVolumeSource: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
  ScaleIOVolumeSource: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
  PersistentVolumeClaimSpec: { volumeMode: 'Filesystem' },
};

/**
 * A pod template as the API server keeps it: what is not set has its default.
 * @source SetObjectDefaults_PodTemplate in pkg/apis/core/v1 of k8s.io/kubernetes v1.34.5
 */
export function withDefaults(template: unknown): unknown {
  return fillStructure(template, 'PodTemplateSpec');
}

/** What has another shape than its type stays as it is. */
function fillStructure(value: unknown, type: string): unknown {
  if (!isShaped(value)) return value;
  const given = (value ?? {}) as Json;
  const filled: Record<string, unknown> = { ...given };
  for (const field of STRUCTURES.get(type) ?? []) {
    const inner = fillField(given[field.name], field);
    if (inner !== undefined) filled[field.name] = inner;
  }
  const defaults = DEFAULTS[type] ?? {};
  const wanted = Object.entries(typeof defaults === 'function' ? defaults(given) : defaults);
  for (const [name, fallback] of wanted) if (isUnset(filled[name], type, name)) filled[name] = fallback;
  return filled;
}

function fillField(value: unknown, { holds, type }: Field): unknown {
  if (type === undefined || (isAbsent(value) && holds !== 'structure')) return undefined;
  if (type === 'Quantity') return holds === 'map' && isObject(value) ? roundAll(value) : undefined;
  if (holds === 'list') return !Array.isArray(value) ? value : value.map((item) => fillStructure(item, type));
  return fillStructure(value, type);
}

function roundAll(resources: Json): Json {
  return Object.fromEntries(
    Object.entries(resources).map(([name, value]) => {
      const quantity = parseQuantity(value);
      return [name, quantity === undefined ? value : roundUpToMilli(quantity).canonical];
    }),
  );
}

/** A pointer is unset only when it is not there; a value also when it is Go's zero. */
function isUnset(value: unknown, type: string, name: string): boolean {
  if (isAbsent(value)) return true;
  const field = STRUCTURES.get(type)?.find((other) => other.name === name);
  return field?.holds === 'value' && !(field.isAlways && field.zero === null) && (value === '' || value === 0);
}

function containerDefaults({ image }: Json): Json {
  return {
    imagePullPolicy: pullPolicy(image),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
}

/** An image without a tag or a digest is the latest. */
function pullPolicy(image: unknown): string {
  const text = typeof image === 'string' ? image : '';
  const [name = '', digest] = text.split('@');
  const [repository, tag] = name.slice(name.lastIndexOf('/') + 1).split(':');
  const isLatest = tag === 'latest' || (tag === undefined && digest === undefined && repository !== '');
  return isLatest ? 'Always' : 'IfNotPresent';
}

function hasSource(volume: Json): boolean {
  return (STRUCTURES.get('Volume') ?? []).some(({ name, holds }) => holds === 'pointer' && !isAbsent(volume[name]));
}
