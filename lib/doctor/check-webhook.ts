import { X509Certificate } from 'node:crypto';
import type { Inspection } from '../clusters/api/inspect.ts';
import { AssayError } from '../model/errors.ts';
import type { CheckResult } from './check-result.ts';

/** What infra/cluster calls the webhook: its configuration, its Deployment. */
export const WEBHOOK_NAME = 'assay-webhook';
const ABOUT = { area: 'webhook', subject: `validatingwebhookconfiguration ${WEBHOOK_NAME}` } as const;
const LATE = 'changes are noticed by the next resync, within a minute or two, instead of at once';

/** Whether the cluster tells of its changes, and the API server can trust the webhook that does. */
export async function checkWebhook(inspection: Inspection, now: Date): Promise<CheckResult> {
  const found = await inspection.webhookConfiguration(WEBHOOK_NAME).catch((error: unknown) => {
    if (error instanceof AssayError && error.code === 'ASSAY_CLUSTER_DENIED') return 'denied' as const;
    throw error;
  });
  if (found === 'denied') {
    return {
      ...ABOUT,
      status: 'warn',
      message: 'this identity may not look (Assay itself has no need to)',
      mend: 'Look as an administrator: `assay clusters check --kubeconfig FILE`.',
    };
  }
  if (!found) {
    const mend = 'Install it: `assay manifests --cluster NAME --bus-arn ARN | kubectl apply --server-side -f -`.';
    return { ...ABOUT, status: 'warn', message: `not installed: ${LATE}`, mend };
  }
  const untrusted = found.webhooks.filter(({ caBundle }) => !isTrusted(caBundle, now));
  if (untrusted.length === 0) {
    return {
      ...ABOUT,
      status: 'ok',
      message: `installed${await imageOf(inspection)}; the API server trusts its ${found.webhooks.length} webhooks`,
    };
  }
  return {
    ...ABOUT,
    status: 'fail',
    message: `no authority that is good now for ${untrusted.map(({ name }) => name).join(', ')}: ${LATE}`,
    mend: 'The webhook sets caBundle by itself: see why it does not in `kubectl logs -n assay-system deploy/assay-webhook`.',
  };
}

/** As infra/cluster/webhook-deployment.yaml has it. */
async function imageOf(inspection: Inspection): Promise<string> {
  const image = await inspection.deployedImage('assay-system', WEBHOOK_NAME);
  return image === undefined ? '' : ` (${image})`;
}

/** Whether one of the authorities is good now. */
function isTrusted(caBundle: string | undefined, now: Date): boolean {
  return certificatesIn(caBundle).some(
    ({ validFrom, validTo }) => new Date(validFrom) <= now && now <= new Date(validTo),
  );
}

/** What can be read of a bundle: PEM in base64. */
export function certificatesIn(caBundle: string | undefined): readonly X509Certificate[] {
  const text = Buffer.from(caBundle ?? '', 'base64').toString('utf8');
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return certificates.flatMap((pem) => {
    try {
      return [new X509Certificate(pem)];
    } catch {
      return [];
    }
  });
}
