import { createSocket } from 'node:dgram';
import { onTestFinished } from 'vitest';

/** What a name has; `silent`: no answer ever; `refused`: SERVFAIL. A name that is not listed is not there. */
export type Zone = Readonly<Record<string, readonly string[] | 'silent' | 'refused'>>;

const TYPES: Readonly<Record<number, 'A' | 'AAAA'>> = { 1: 'A', 28: 'AAAA' };
const TTL_SECONDS = 20;

/** A DNS server on 127.0.0.1 until the test ends. `asked` tells the questions as `A name`. */
export async function serveDns(zone: Zone): Promise<{ readonly address: string; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = readQuestion(query);
    asked.push(`${type} ${name}`);
    const found = zone[name] ?? 'absent';
    if (found === 'silent') return;
    const records = typeof found === 'string' ? [] : found.filter((each) => each.includes(':') === (type === 'AAAA'));
    const code = found === 'absent' ? 3 : found === 'refused' ? 2 : 0;
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | code, 2);
    [1, records.length, 0, 0].forEach((count, at) => header.writeUInt16BE(count, 4 + 2 * at));
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records.map(writeRecord)]), port, address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, asked };
}

function readQuestion(query: Buffer) {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: TYPES[query.readUInt16BE(at + 1)] ?? 'A', end: at + 5 };
}

function writeRecord(address: string): Buffer {
  const isIpv6 = address.includes(':');
  // Of IPv6 the tests need addresses written in full.
  const bytes = isIpv6
    ? Buffer.from(
        address
          .split(':')
          .map((part) => part.padStart(4, '0'))
          .join(''),
        'hex',
      )
    : Buffer.from(address.split('.').map(Number));
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(isIpv6 ? 28 : 1, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(TTL_SECONDS, 6);
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, bytes]);
}
