import type { ApiClient } from './api-client.ts';
import { timestamp, type Condition, type Pod } from './pod.ts';

function nodeLabels(name: string): Record<string, string> {
  return { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
}

/** Makes a ready Node of that name, unless there is one. Rejects if the server is away. */
export async function registerNode(api: ApiClient, name: string): Promise<void> {
  const path = `/api/v1/nodes/${name}`;
  const { status } = await api.send(path);
  if (status === 200) return;
  const body = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: nodeLabels(name) } };
  await api.call('/api/v1/nodes', { method: 'POST', body });
  const contentType = 'application/merge-patch+json';
  // Admission taints new nodes as not ready, and the controller that takes the taint off does not run.
  await api.call(path, { method: 'PATCH', contentType, body: { spec: { taints: null } } });
  await api.call(`${path}/status`, { method: 'PATCH', contentType, body: { status: nodeStatus(name) } });
}

/** Whether a pod has to wait for a node that is not this one, or for a gate to open. */
export function isUnschedulable({ spec }: Pod, nodeName: string): boolean {
  const labels = nodeLabels(nodeName);
  const wanted = Object.entries(spec.nodeSelector ?? {});
  return (spec.schedulingGates ?? []).length > 0 || wanted.some(([key, value]) => labels[key] !== value);
}

/** What a scheduler says of such a pod. */
export function unschedulableCondition(): Condition {
  return {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    lastTransitionTime: timestamp(),
  };
}

function nodeStatus(name: string): object {
  const resources = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '256Gi', pods: '5000' };
  const now = timestamp();
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'stand-in kubelet is ready' };
  return {
    capacity: resources,
    allocatable: resources,
    conditions: [{ ...ready, lastHeartbeatTime: now, lastTransitionTime: now }],
    addresses: [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: name },
    ],
    nodeInfo: {
      architecture: 'amd64',
      bootID: '',
      containerRuntimeVersion: 'assay://1',
      kernelVersion: '',
      kubeProxyVersion: '',
      kubeletVersion: 'v1.36.3',
      machineID: '',
      operatingSystem: 'linux',
      osImage: '',
      systemUUID: '',
    },
  };
}
