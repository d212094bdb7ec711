// Jobs that live as long as the process: the command line's, whose replies are kept in a file and whose items follow from
// them, and tests'.
import type { PreferencePair } from '../preferences/pair';
import { changedItem, countItems, jobGone, newItem, type Job, type JobItem, type JobOverview, type JobStore } from './jobs';

export function memoryJobs(): JobStore {
  const jobs = new Map<string, { job: Job; readonly items: JobItem[] }>();
  const found = (id: string) => {
    const one = jobs.get(id);
    if (one === undefined) throw jobGone();
    return one;
  };
  const overview = ({ job, items }: { job: Job; items: readonly JobItem[] }): JobOverview => ({ ...job, counts: countItems(items) });
  return {
    createJob: async (job, pairs: readonly PreferencePair[]) => void jobs.set(job.id, { job, items: pairs.map((pair, index) => newItem(job.id, index, pair)) }),
    listJobs: async () => Array.from(jobs.values(), overview).sort((a, b) => b.createdAt - a.createdAt),
    loadJob: async (id) => {
      const one = jobs.get(id);
      return one && overview(one);
    },
    changeJob: async (id, change) => {
      const one = found(id);
      one.job = { ...one.job, ...change };
    },
    deleteJob: async (id) => void jobs.delete(id),
    loadItems: async (id, { statuses, from = 0, count = Infinity } = {}) => {
      const { items } = found(id);
      const chosen: JobItem[] = [];
      for (let index = from; index < items.length && chosen.length < count; index++) {
        if (statuses?.includes(items[index]!.status) ?? true) chosen.push(items[index]!);
      }
      return chosen;
    },
    changeItems: async (id, changes, spent) => {
      const one = found(id);
      for (const { index, change } of changes) one.items[index] = changedItem(one.items[index]!, change);
      if (spent) one.job = { ...one.job, spent };
    },
  };
}
