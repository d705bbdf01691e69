import { createServer } from 'node:http';

/** What a pod's container runs: answers everything with what it was started with, until it is told to end. */
const [, , version = ''] = process.argv;
const server = createServer({ keepAliveTimeout: 60_000 }, (_request, response) => response.end(version));
server.listen(8080, process.env['POD_IP']);
process.once('SIGTERM', () => server.close());
