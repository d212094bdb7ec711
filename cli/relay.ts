// `npm run relay`: a small server for a class, so that students need no key. It stands between the lab's Revise page and a
// chat API, or answers by the town's own reviser and judge.
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { UserError } from '../src/engine/errors';
import { OFFLINE_MODEL, offlineProvider } from '../src/reviser/offline';
import { providerSource, upstreamSource } from './relay/answers';
import { createRelay } from './relay/app';
import { parseRelay, USAGE, type RelayOptions } from './relay/options';

const args = process.argv.slice(2);
const log = (line: string): void => void process.stderr.write(`${line}\n`);

function start(options: RelayOptions): void {
  const { upstream, models, origin, host, limits: most } = options;
  const source = upstream === undefined ? providerSource(offlineProvider(), OFFLINE_MODEL) : upstreamSource(upstream.base, upstream.key);
  const { app, limits } = createRelay(options, { source, log });
  const server = serve({ fetch: app.fetch, port: options.port, hostname: host }, ({ address, family, port }: AddressInfo) => {
    const name = family === 'IPv6' ? `[${address}]` : address;
    log(`The relay is at http://${name}:${port}/v1, for pages at ${origin}.`);
    log(upstream === undefined ? 'It answers by the town’s own reviser and judge.' : `It forwards to ${upstream.base}: ${models?.join(', ') ?? 'any model'}.`);
    log(`A student may use ${most.studentTokens} tokens and ${most.studentRequestsPerMinute} requests a minute, all of them ${most.tokens} and ${most.requestsPerMinute}. Stop it with Ctrl+C.`);
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    log(error.code === 'EADDRINUSE' ? `Port ${options.port} is in use. Choose another with --port.` : `The relay could not start: ${error.message}`);
    process.exit(2);
  });
  const stop = (): void => {
    log(`${limits.students.size} students, ${limits.total.requests} requests, ${limits.total.tokens} tokens.`);
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(`${USAGE}\n`);
} else {
  try {
    start(parseRelay(args, process.env));
  } catch (error) {
    process.stderr.write(`${(error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')}\n`);
    process.exit(error instanceof UserError ? 2 : 1);
  }
}
