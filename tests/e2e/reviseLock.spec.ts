// One job in two tabs: only one of them asks, so that nothing is paid for twice, and the other takes over once that one is gone.
import type { Page } from '@playwright/test';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './lab';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** An API that takes its time, and counts how often each question is asked. */
async function startApi(delayMs: number): Promise<{ readonly server: Server; readonly url: string; readonly asked: Map<string, number> }> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*, Authorization');
    response.setHeader('content-type', 'application/json');
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      if (request.method === 'OPTIONS') {
        response.end();
        return;
      }
      asked.set(body, (asked.get(body) ?? 0) + 1);
      const content = '{corrected_student_solution}: As it should be.';
      const answer = JSON.stringify({ choices: [{ index: 0, message: { content }, finish_reason: 'stop' }], model: 'slow' });
      setTimeout(() => response.end(answer), delayMs);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

test('a job that one tab asks for is asked by no other, until that tab is closed', async ({ page, context }) => {
  const { server, url, asked } = await startApi(1500);
  try {
    await context.route((one) => one.origin === new URL(url).origin, (route) => route.continue());
    await page.goto('?backend=wasm#/revise');
    await page.getByRole('button', { name: /Chat model at$/ }).click();
    await page.getByRole('option', { name: /^Another API/ }).click();
    await page.getByRole('textbox', { name: 'Base URL' }).fill(url);
    await page.getByRole('textbox', { name: 'Base URL' }).press('Enter');
    await page.getByRole('textbox', { name: 'Model' }).fill('slow');
    await expect(page.getByText(/^20 pairs, 20 requests/)).toBeVisible();
    await button(page, 'Start').click();
    await expect(button(page, 'Pause')).toBeVisible();
    await expect(page).toHaveURL(/#\/revise\/job\//);

    const second = await context.newPage();
    await second.goto(page.url());
    await button(second, 'Go on').click();
    await expect(second.getByText('Another tab is asking for this job.', { exact: false })).toBeVisible();
    await expect(button(second, 'Go on')).toBeVisible();
    await expect(button(second, 'Pause')).toHaveCount(0);
    // The first is not held up by it, and each question was asked once.
    await expect(page.getByText(/^([4-9]|1\d) of 20 answered$/)).toBeVisible();
    expect([...asked.values()].every((times) => times === 1)).toBe(true);
    expect(asked.size).toBeLessThan(20);

    // A tab that is closed lets go; what it had on its way, four at a time, may be asked again.
    await page.close();
    await second.reload();
    await button(second, 'Go on').click();
    await expect(second.getByText('20 of 20 answered')).toBeVisible();
    const times = [...asked.values()];
    expect(times).toHaveLength(20);
    expect(times.filter((count) => count > 1).length).toBeLessThanOrEqual(4);
    expect(Math.max(...times)).toBeLessThanOrEqual(2);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
