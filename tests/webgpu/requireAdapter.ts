// Global set-up of the `webgpu` project: no adapter fails the run, because a skipped test looks like a passed one.
import { checkAdapter, ensureChromium } from '../../scripts/chromium.mjs';

export default async function requireAdapter(): Promise<void> {
  await checkAdapter(ensureChromium());
}
