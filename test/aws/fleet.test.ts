import { beforeAll, describe, expect, it } from 'vitest';
import { type FleetOptions, type FleetReport, playFleet } from '../fleet/fleet.ts';

/** The simulation of `npm run bench:fleet`, small: its time is virtual, so that it is the same on each machine. */
const OPTIONS: FleetOptions = {
  clusters: 40,
  batchesAtMost: 20,
  busy: 4,
  runs: 3,
  intervalSeconds: 10,
  ill: { silent: 1, refusing: 1, flooding: 1, denied: 1 },
  floodASecond: 5,
  added: 3,
  minutes: 1,
};

describe('a small fleet', () => {
  let report: FleetReport;
  beforeAll(async () => {
    report = await playFleet(OPTIONS);
  });

  it('throws nothing, and sends nothing back', () => {
    expect(report.errors).toEqual([]);
    expect(report.failures).toBe(0);
  });

  it('asks of a cluster with nothing to do four lists a minute, and of the registry its document once', () => {
    const { clusters } = OPTIONS;
    const { apiRequests, aws, messages, throttled } = report.idle;
    expect(messages).toBe(clusters / 10);
    expect(apiRequests).toBe(4 * clusters);
    expect(aws.get('GetParametersByPath')).toBe(clusters / 10);
    expect(aws.get('GetParameters')).toBeLessThanOrEqual(clusters / 10);
    expect(aws.get('SendMessageBatch')).toBe(1);
    expect(throttled).toBe(0);
  });

  it('reads no secret again in an environment that has read it', () => {
    const { clusters } = OPTIONS;
    const reads = report.idle.aws.get('GetSecretValue') ?? 0;
    expect(reads).toBeLessThanOrEqual(clusters * (report.idle.environments - 1));
  });

  it('measures on time, also beside clusters that are silent, gone, flooding, or let it do nothing', () => {
    const each = OPTIONS.busy * OPTIONS.runs * ((OPTIONS.minutes * 60) / OPTIONS.intervalSeconds);
    for (const { late } of [report.alone, report.beside]) {
      expect(late.length).toBeGreaterThan(0.95 * each);
      expect(late[Math.floor(late.length * 0.98)]).toBeLessThan(1.5);
    }
  });

  it('serves a new cluster within two minutes', () => {
    expect(report.firstSeconds).toHaveLength(OPTIONS.added);
    for (const seconds of report.firstSeconds) expect(seconds).toBeLessThan(120);
  });
});
