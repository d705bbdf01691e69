/** A container of a pod, as far as a process can stand in for it. */
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly EnvironmentVariable[];
  readonly envFrom?: readonly unknown[];
  readonly restartPolicy?: string;
}

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: SecretKey };
}

export interface SecretKey {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

/** What to start in place of a container. */
export interface ProcessPlan {
  readonly container: string;
  readonly file: string;
  readonly args: readonly string[];
  /** The container's own variables; those of this process are not among them. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir?: string;
}

/** A container that no process can stand in for; the message says why. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError';
}

/**
 * Plans the process for a container: its command and args with `$(NAME)` replaced, and its environment.
 *
 * @param readSecret  the value of a key, or undefined where there is none
 * @throws ContainerError where the container needs what only a kubelet has, such as the entrypoint of its image
 */
export async function planProcess(
  container: Container,
  readSecret: (secret: SecretKey) => Promise<string | undefined>,
): Promise<ProcessPlan> {
  const { name, command = [], args = [], workingDir } = container;
  const refuse = (reason: string) => new ContainerError(`container "${name}" cannot be a local process: ${reason}`);
  if (command.length === 0) throw refuse('it has no command, and the entrypoint of its image is not here');
  if (container.envFrom?.length) throw refuse('envFrom is not supported');
  if (container.restartPolicy) throw refuse('it is a sidecar');

  const env: Record<string, string> = {};
  for (const { name: key, value, valueFrom } of container.env ?? []) {
    if (valueFrom === undefined) {
      env[key] = expand(value ?? '', env);
      continue;
    }
    const secret = valueFrom.secretKeyRef;
    if (!secret) throw refuse(`the value of ${key} comes from neither a text nor a Secret`);
    const found = await readSecret(secret);
    if (found !== undefined) env[key] = found;
    else if (!secret.optional) throw refuse(`there is no key "${secret.key}" in a Secret "${secret.name}"`);
  }
  const [file = '', ...rest] = [...command, ...args].map((text) => expand(text, env));
  return { container: name, file, args: rest, env, ...(workingDir !== undefined && { workingDir }) };
}

/**
 * Replaces `$(NAME)`; a name that is not known stays, and `$$` is a `$` that begins nothing.
 * @source k8s.io/kubernetes third_party/forked/golang/expansion
 */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (found, name: string | undefined) =>
    name === undefined ? '$' : Object.hasOwn(env, name) ? (env[name] ?? '') : found,
  );
}
