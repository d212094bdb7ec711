// A pause of no length between two pieces of work, in which requests that have arrived are taken in.
// Never requestAnimationFrame, which stands still in a hidden tab, nor setTimeout, which is slowed down there.

function throughChannel(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}

let channel: (() => Promise<void>) | undefined;

/** Lets the event loop turn once. */
export function breathe(): Promise<void> {
  // In Node an open channel would keep the process alive.
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  channel ??= throughChannel();
  return channel();
}
