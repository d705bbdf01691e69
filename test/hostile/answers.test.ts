import { createServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openHttp } from '../../lib/http/open-http.ts';
import { AssayError } from '../../lib/model/errors.ts';

// Whatever a server answers, its request comes to an end that says so, and the next one is as ever.

const OK = 'HTTP/1.1 200 OK\r\n';
const bomb = gzipSync(Buffer.alloc(20_000_000));

/** Writes for as long as somebody reads. */
function endlessly(socket: Socket, first: string, chunk: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(chunk), 1);
  socket.on('close', () => clearInterval(timer));
}

// Some end by their deadline: they wait together.
test.concurrent.for<{ name: string; answer: (socket: Socket) => void; says: RegExp }>([
  {
    name: 'a body without end',
    answer: (socket) => endlessly(socket, `${OK}\r\n`, 'x'.repeat(65_536)),
    says: /larger than 1048576/,
  },
  {
    name: 'a header without end',
    answer: (socket) => endlessly(socket, OK, 'X: y\r\n'),
    says: /deadline|malformed|overflow/i,
  },
  {
    name: 'thousands of headers',
    answer: (socket) => socket.end(`${OK}${'X: y\r\n'.repeat(5000)}\r\n`),
    says: /malformed|^200/,
  },
  { name: 'what is older than headers', answer: (socket) => socket.end('<html>hello'), says: /malformed/ },
  {
    name: 'a length and chunks',
    answer: (socket) => socket.end(`${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`),
    says: /malformed/,
  },
  {
    name: 'two lengths',
    answer: (socket) => socket.end(`${OK}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde`),
    says: /malformed/,
  },
  {
    name: 'two thousand promises to go on',
    answer: (socket) => socket.end(`${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(2000)}${OK}Content-Length: 1\r\n\r\nx`),
    says: /^200 x$/,
  },
  {
    name: 'another protocol',
    answer: (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    says: /deadline|malformed|EOF/,
  },
  {
    name: 'what would be much more, if it were unpacked',
    answer(socket) {
      socket.write(`${OK}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    },
    says: /^200 .{1,30000}$/s,
  },
  {
    name: 'headers of odd names',
    answer: (socket) => socket.end(`${OK}__proto__: x\r\nconstructor: y\r\nContent-Length: 1\r\n\r\nx`),
    says: /^200 x$/,
  },
])('$name', async ({ answer, says }, { onTestFinished }) => {
  let isOdd = true;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => (isOdd ? answer(socket) : socket.end(`${OK}Content-Length: 2\r\n\r\nok`)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const http = openHttp({ privateNetworks: 'allow', allow: ['127.0.0.0/8'] });
  onTestFinished(() => http.close());
  const request = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, timeoutMs: 1000 };
  const went = await http(request).then(
    ({ status, body }) => `${status} ${body}`,
    (error: unknown) => {
      expect(error).toBeInstanceOf(AssayError);
      return (error as Error).message;
    },
  );
  expect(went).toMatch(says);
  isOdd = false;
  expect((await http(request)).body).toBe('ok');
});
