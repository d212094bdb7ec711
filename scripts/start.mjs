// `npm start`: builds the lab and serves it the way a static host would, on port 4173 or the next free one.
// `npm start -- --port 8080 --host 0.0.0.0` chooses both.
import { parseArgs } from 'node:util';
import { build, preview } from 'vite';

const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } });

await build({ logLevel: 'warn' });
const server = await preview({
  preview: { ...(values.port && { port: Number(values.port) }), ...(values.host && { host: values.host }) },
});
const addresses = [...(server.resolvedUrls?.local ?? []), ...(server.resolvedUrls?.network ?? [])];
console.log(`\nThe Alignment Lab is at ${addresses.join(' and ')}\nStop it with Ctrl+C.`);
