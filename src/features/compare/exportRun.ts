// A run as one JSON document for the person's own disk. Used by the run list.
import { download } from '../../components/download';
import { UserError } from '../../engine/errors';
import { buildReport } from '../../lab/report';
import { report } from '../../stores/notices';
import { services } from '../../stores/services';
import { flush } from '../../stores/keeper';
import { toKept, type Run } from '../../stores/runs';

export async function exportRun(run: Run): Promise<void> {
  try {
    await flush();
    const rows = await services().shelf.loadRows(run.id);
    const kept = toKept({ ...run, state: run.state === 'interrupted' ? 'paused' : run.state });
    if (kept === undefined) throw new UserError('The run has not begun yet, so there is nothing to export.');
    const name = run.name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').toLowerCase();
    download(`run-${name}.json`, JSON.stringify(buildReport(kept, rows), null, 1), 'application/json');
  } catch (error) {
    report(error);
  }
}
