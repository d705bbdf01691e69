import { expect, test } from 'vitest';
import { type ClusterStatus, statusText } from '../../lib/cli/clusters-status-table.ts';

const NOW = new Date('2026-11-05T10:00:00Z');
const version = '0.1.0';
const shownAs = { now: NOW, version, paint: (_style: unknown, text: string): string => text };

function aStatus(override: Partial<ClusterStatus> = {}): ClusterStatus {
  return {
    unfinished: 3,
    isMore: false,
    lastLook: new Date('2026-11-05T09:59:48Z'),
    latenessSeconds: 0,
    crds: { state: 'known', version },
    webhook: { state: 'known', version },
    webhookTrustEnds: new Date('2027-01-05T10:00:00Z'),
    credentialsEnd: undefined,
    skewSeconds: 0,
    ...override,
  };
}

test('a line a cluster; the long ones make no column wide', () => {
  const rows = [
    { state: 'served', name: 'shop', status: aStatus() },
    { state: 'disabled', name: 'off' },
    {
      state: 'unknown',
      name: 'production-eu',
      problem: 'no answer from 127.0.0.1:1 (ECONNREFUSED), and much more to say',
    },
    {
      state: 'served',
      name: 'old',
      status: aStatus({
        lastLook: new Date('2026-11-05T07:00:00Z'),
        latenessSeconds: 75,
        isMore: true,
        crds: { state: 'unlabelled' },
        webhook: { state: 'known', version: '0.0.1' },
        credentialsEnd: new Date('2026-11-05T09:00:00Z'),
        skewSeconds: -12.34,
      }),
    },
    {
      state: 'served',
      name: 'new',
      status: aStatus({
        lastLook: undefined,
        crds: { state: 'denied' },
        webhook: { state: 'denied' },
        webhookTrustEnds: undefined,
        credentialsEnd: new Date('2026-11-05T10:59:00Z'),
        skewSeconds: undefined,
      }),
    },
  ] as const;
  expect(statusText(rows, shownAs)).toMatchInlineSnapshot(`
    "NAME            LAST LOOK   LATENESS   UNFINISHED   CRDS      WEBHOOK   WEBHOOK TRUST   CREDENTIALS   SKEW
    shop            12 s ago    0 s        3            0.1.0     0.1.0     61 d left       -             0.0 s
    off             disabled
    production-eu   no answer from 127.0.0.1:1 (ECONNREFUSED), and much more to say
    old             3 h ago     75 s       3+           unknown   0.0.1     61 d left       ended         -12.3 s
    new             -           0 s        3            ?         ?         ?               59 min left   -

    1 of another version than this command (0.1.0)
    ?: Assay may not look; \`assay manifests --status-role\` lets it
    "
  `);
});

test('nothing to note where all is known and of one version', () => {
  const text = statusText([{ state: 'served', name: 'shop', status: aStatus() }], shownAs);
  expect(text.split('\n')).toHaveLength(3);
  expect(statusText([], shownAs)).toContain('No cluster is registered');
});
