import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assumedRoles, type AssumedRoles } from '../../lib/connections/assumed-roles.ts';
import { type AwsStub, openAwsStub, SESSION_END } from '../documents/aws-stub.ts';

const ROLE = { roleArn: 'arn:aws:iam::111122223333:role/metrics', region: 'eu-west-1', cluster: 'shop' };

describe('assumedRoles', () => {
  let aws: AwsStub;
  let nowMs: number;
  let roles: AssumedRoles;
  beforeEach(async () => {
    aws = await openAwsStub();
    nowMs = SESSION_END.getTime() - 3_600_000;
    roles = assumedRoles({ now: () => new Date(nowMs), client: aws.client });
  });
  afterEach(() => aws.close());

  it('names the cluster in the session and in its tag', async () => {
    expect(await roles.assume({ ...ROLE, externalId: 'x' })).toStrictEqual({
      accessKeyId: 'ASIAMETRICS1',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    });
    expect(aws.roleRequests).toStrictEqual([
      expect.objectContaining({
        by: 'AKIDOWN',
        RoleArn: ROLE.roleArn,
        RoleSessionName: 'assay-shop',
        'Tags.member.1.Key': 'assay-cluster',
        'Tags.member.1.Value': 'shop',
        ExternalId: 'x',
        DurationSeconds: '3600',
      }),
    ]);
  });

  it('asks once for all who come at one time, and again when sixteen minutes are left', async () => {
    await Promise.all([roles.assume(ROLE), roles.assume(ROLE)]);
    nowMs = SESSION_END.getTime() - 16 * 60_000 - 1;
    await roles.assume(ROLE);
    expect(aws.roleRequests).toHaveLength(1);
    nowMs += 1;
    expect((await roles.assume(ROLE)).accessKeyId).toBe('ASIAMETRICS2');
  });

  it('keeps the sessions of clusters apart', async () => {
    await roles.assume(ROLE);
    await roles.assume({ ...ROLE, cluster: 'other' });
    expect(aws.roleRequests.map((request) => request['RoleSessionName'])).toStrictEqual(['assay-shop', 'assay-other']);
  });

  it('assumes a role by way of another, without tags, which its trust policy need not know', async () => {
    const further = { ...ROLE, roleArn: 'arn:aws:iam::444455556666:role/their-metrics', from: ROLE };
    expect((await roles.assume(further)).accessKeyId).toBe('ASIATHEIR-METRICS2');
    expect(aws.roleRequests.map(({ by }) => by)).toStrictEqual(['AKIDOWN', 'ASIAMETRICS1']);
    expect(aws.roleRequests[1]).not.toHaveProperty('Tags.member.1.Key');
  });

  it('says which role may not be assumed, and asks again the next time', async () => {
    const denied = { ...ROLE, roleArn: 'arn:aws:iam::111122223333:role/denied' };
    for (let tries = 1; tries <= 2; tries += 1) {
      await expect(roles.assume(denied)).rejects.toMatchObject({
        code: 'ASSAY_ROLE_REFUSED',
        message: `cluster shop: role ${denied.roleArn}: AccessDenied: not authorized`,
        retry: false,
      });
      expect(aws.roleRequests).toHaveLength(tries);
    }
  });

  it('knows who this process is', async () => {
    expect((await roles.own('eu-west-1')).accessKeyId).toBe('AKIDOWN');
    expect(aws.calls).toStrictEqual([]);
  });
});
