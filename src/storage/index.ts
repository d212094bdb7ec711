// What the page may ask of storage.
export { closeDatabase, type StoredDataset, type StoredRun } from './database';
export { deleteDataset, listDatasets, loadPairs, saveDataset } from './datasets';
export {
  appendRows, changeRun, createRun, deleteRun, dropRowsAfter, listRuns, loadCheckpoint, loadRows, loadRun, saveCheckpoint, type RunChange,
} from './runs';
export { loadSetting, saveSetting } from './settings';
