import { kubeConfigCredentials, type KubeConfigSource, listContexts } from '../clusters/access/kubeconfig.ts';
import { kubernetesCluster, type KubernetesCluster } from '../clusters/api/kubernetes.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';

export interface RemoteOptions {
  /** Default: where kubectl looks. */
  readonly kubeconfig?: string;
  /** Default: the current one. */
  readonly context?: string;
  readonly http: (request: HttpRequest) => Promise<HttpResponse>;
  readonly now: () => Date;
}

/** The cluster of a kubeconfig's context, and the namespace that the context stands in. @throws AssayError */
export async function openRemoteCluster({
  kubeconfig,
  context,
  http,
  now,
}: RemoteOptions): Promise<{ readonly cluster: KubernetesCluster; readonly namespace: string | undefined }> {
  const source: KubeConfigSource = kubeconfig === undefined ? { default: true } : { file: kubeconfig };
  const credentials = await kubeConfigCredentials(source, context);
  const contexts = await listContexts(source);
  const chosen = contexts.find(({ name, isCurrent }) => (context === undefined ? isCurrent : name === context));
  return {
    cluster: kubernetesCluster({ name: chosen?.name ?? 'remote', credentials, http, now }),
    namespace: chosen?.namespace,
  };
}
