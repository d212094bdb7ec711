// `npm start`: builds the lab and serves it the way a static host would, on port 4173 or the next free one.
import { build, preview } from 'vite';

await build({ logLevel: 'warn' });
const server = await preview();
const address = server.resolvedUrls?.local[0];
console.log(`\nThe Alignment Lab is at ${address}\nStop it with Ctrl+C.`);
