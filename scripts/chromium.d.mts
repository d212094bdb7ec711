/** Switches for every Chromium that tests start. */
export const chromiumArgs: string[];
/** The path of an installed Chromium, or null. */
export function findChromium(): string | null;
/** An installed Chromium's path, after installing one if need be. */
export function ensureChromium(): string;
/** Proves that the browser gives a WebGPU adapter, and says which. */
export function checkAdapter(path: string): Promise<string>;
