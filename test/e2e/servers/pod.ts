/** As much of a pod as the stand-in kubelet looks at. Times are RFC 3339 in whole seconds. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly schedulingGates?: readonly unknown[];
    readonly restartPolicy?: RestartPolicy;
    readonly serviceAccountName?: string;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
  };
  readonly status?: {
    readonly phase?: PodPhase;
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
  };
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';
export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

/** A container as a pod's spec has it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly readinessProbe?: { readonly httpGet: { readonly port: number; readonly path?: string } };
  /** How long it goes on as before when its pod is deleted, and then has what is left of the pod's grace. */
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
  readonly terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError';
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: ValueSource }[];
  readonly envFrom?: readonly {
    readonly prefix?: string;
    readonly configMapRef?: { readonly name: string; readonly optional?: boolean };
    readonly secretRef?: { readonly name: string; readonly optional?: boolean };
  }[];
}

/** Where the value of an environment variable comes from. */
export interface ValueSource {
  readonly fieldRef?: { readonly fieldPath: string };
  readonly configMapKeyRef?: KeyReference;
  readonly secretKeyRef?: KeyReference;
}

/** A key of a ConfigMap or Secret. */
export interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

/** One of the states a container can be in. */
export type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: Termination };

/** How a container ended. */
export interface Termination {
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly containerID?: string;
}

/** A condition of a pod. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** What the kubelet knows of a container; what a status says about it is made from this. */
export interface ContainerRecord {
  readonly container: Container;
  state: ContainerState;
  lastState: ContainerState | undefined;
  restartCount: number;
  containerId: string | undefined;
  /** It runs, and is not ready yet. */
  isWarmingUp?: boolean;
}

/** Now, as Kubernetes writes times. */
export function timestamp(date = new Date()): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** Whether a pod in this phase has come to its end. */
export function isTerminal(phase: PodPhase | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
