// What has been told of a run, so that one that is taken up again after its device was lost tells nothing twice.
import type { LabEvent, MetricsRow, RunCheckpoint } from './protocol';

export interface Teller {
  /** Passes an event on, less what has been told before. */
  tell(event: LabEvent): void;
  /** The last checkpoint that was told. */
  readonly checkpoint: RunCheckpoint | undefined;
  /** The step up to which training has been told. */
  readonly step: number;
}

/**
 * A run that goes on from a checkpoint takes the same steps again, with the same batches; their rows are held back until
 * it is where it was. All policies' rows of a step are told together, so the step alone says what is known.
 */
export function createTeller(emit: (event: LabEvent) => void, resume?: RunCheckpoint): Teller {
  let checkpoint = resume;
  let started = false;
  const last = { train: -1, heldOut: -1 };
  const stopped = new Set(resume?.stopped.map((stop) => stop.policy));
  const kindOf = (row: MetricsRow): keyof typeof last => ('eval_loss' in row.values ? 'heldOut' : 'train');

  return {
    get checkpoint() {
      return checkpoint;
    },
    get step() {
      return Math.max(last.train, resume?.step ?? 0);
    },
    tell(event) {
      switch (event.type) {
        case 'started':
          if (started) return;
          started = true;
          break;
        case 'rows': {
          const rows = event.rows.filter((row) => row.step > last[kindOf(row)]);
          if (rows.length === 0) return;
          for (const row of rows) last[kindOf(row)] = Math.max(last[kindOf(row)], row.step);
          emit({ ...event, rows });
          return;
        }
        case 'policyStopped':
          if (stopped.has(event.stop.policy)) return;
          stopped.add(event.stop.policy);
          break;
        case 'checkpoint':
          checkpoint = event.checkpoint;
          break;
      }
      emit(event);
    },
  };
}
