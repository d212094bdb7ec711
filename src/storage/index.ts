// What the page may ask of storage.
export { closeDatabase, onOvertaken, type StoredRun } from './database';
export { deleteDataset, listDatasets, loadPairs, saveDataset } from './datasets';
export { createDataClient } from './pairs/client';
export type { DataClient } from './pairs/protocol';
export type { StoredDataset } from './pairs/records';
export { jobStore, replyStore, whileRunning } from './revisions';
export {
  appendRows, changeRun, createRun, deleteRun, dropRowsAfter, listRuns, loadCheckpoint, loadRows, loadRun, saveCheckpoint, type RunChange,
} from './runs';
export { loadSetting, saveSetting } from './settings';
