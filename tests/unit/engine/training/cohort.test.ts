import { expect, it } from 'vitest';
import { describeCohort, twentySteps } from '../../../support/cohortSuite';
import { openInNode } from '../../../support/nodeBackend';

describeCohort('wasm', () => openInNode('wasm'));
describeCohort('cpu', () => openInNode('cpu'));

it('gives the same twenty steps on WASM as on the CPU to 1e-3', async () => {
  await openInNode('cpu');
  const cpu = await twentySteps();
  await openInNode('wasm');
  const wasm = await twentySteps();
  cpu.forEach((value, i) => expect(Math.abs(wasm[i]! - value)).toBeLessThan(1e-3 * Math.max(1, Math.abs(value))));
});
