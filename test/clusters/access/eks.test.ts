import { describe, expect, it } from 'vitest';
import { eksCredentials, signEksToken } from '../../../lib/clusters/access/eks.ts';

const SIGNED_AT = new Date('2026-11-05T10:00:00Z');
// The keys of AWS's own documentation.
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

const urlOf = (token: string) => new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString('utf8'));

const signedAt = ({ headers }: { headers: Readonly<Record<string, string>> }) =>
  urlOf(headers['authorization']?.replace('Bearer ', '') ?? '').searchParams.get('X-Amz-Date');

describe('signEksToken', () => {
  // Both computed with botocore 1.44.5: generate_presigned_url of its RequestSigner for STS, as the AWS CLI does it.
  it('gives the very token that botocore gives', async () => {
    expect(await signEksToken({ clusterName: 'shop', region: 'eu-west-1' }, KEYS, SIGNED_AT)).toBe(
      'k8s-aws-v1.aHR0cHM6Ly9zdHMuZXUtd2VzdC0xLmFtYXpvbmF3cy5jb20vP0FjdGlvbj1HZXRDYWxsZXJJZGVudGl0eSZWZXJzaW9uPTIwMTEt' +
        'MDYtMTUmWC1BbXotQWxnb3JpdGhtPUFXUzQtSE1BQy1TSEEyNTYmWC1BbXotQ3JlZGVudGlhbD1BS0lERVhBTVBMRSUyRjIwMjYxMTA1JTJG' +
        'ZXUtd2VzdC0xJTJGc3RzJTJGYXdzNF9yZXF1ZXN0JlgtQW16LURhdGU9MjAyNjExMDVUMTAwMDAwWiZYLUFtei1FeHBpcmVzPTYwJlgtQW16' +
        'LVNpZ25lZEhlYWRlcnM9aG9zdCUzQngtazhzLWF3cy1pZCZYLUFtei1TaWduYXR1cmU9MTJiY2JhOTMwNmMyMDk1YzJiZmM3MTEwMDdmZWMz' +
        'NGM2NjYyMThhZGQ2MjU2ZDBhY2U5ZmQ1OWQ0ZDg3ZTk5NA',
    );
  });

  it('gives the same signature with a session, which stands in another place of the address', async () => {
    const session = {
      ...KEYS,
      accessKeyId: 'ASIAEXAMPLE',
      sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//token+with/odd=chars==',
    };
    const url = urlOf(await signEksToken({ clusterName: 'shop_2', region: 'cn-north-1' }, session, SIGNED_AT));
    expect(url.host).toBe('sts.cn-north-1.amazonaws.com.cn');
    expect(Object.fromEntries(url.searchParams)).toStrictEqual({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'ASIAEXAMPLE/20261105/cn-north-1/sts/aws4_request',
      'X-Amz-Date': '20261105T100000Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Security-Token': session.sessionToken,
      'X-Amz-Signature': '73b1fd032b87a7e4638b586ac08b52beddac23eb7f6abee4b8befb2628ce0a57',
    });
  });
});

describe('eksCredentials', () => {
  it('uses a token for 14 minutes, and makes another when it is refused', async () => {
    let nowMs = SIGNED_AT.getTime();
    let asked = 0;
    const credentials = eksCredentials({
      cluster: { clusterName: 'shop', region: 'eu-west-1' },
      server: 'https://eks.example.com',
      ca: 'PEM',
      async awsCredentials() {
        asked += 1;
        return KEYS;
      },
      now: () => new Date(nowMs),
    });

    const first = await credentials.access();
    expect(first).toMatchObject({ server: 'https://eks.example.com', tls: { ca: 'PEM' } });
    expect(signedAt(first)).toBe('20261105T100000Z');
    nowMs += 14 * 60_000 - 1;
    expect(await credentials.access()).toBe(first);
    nowMs += 1;
    const second = await credentials.access();
    expect(signedAt(second)).toBe('20261105T101400Z');
    nowMs += 60_000;
    expect(signedAt(await credentials.renew(second))).toBe('20261105T101500Z');
    expect(asked).toBe(3);
  });
});
