// Puts a dataset into the experiment being set up, and goes there.
import type { DatasetInfo } from '../../../storage/pairs/protocol';
import { isShippedCopy } from '../../../stores/datasets';
import { changeRecipe, experimentStore } from '../../../stores/experiment';
import { storedName } from '../../../stores/storedPairs';
import { goTo } from '../links';

/** @param name as the address names the dataset. */
export function trainOn(name: string, info: DatasetInfo): void {
  const { data } = experimentStore.getState().recipe;
  changeRecipe({
    data: {
      ...data,
      dataset: isShippedCopy(info) ? name : storedName(info.id),
      // A recipe asks for at least one; a dataset without any says so when it is trained on.
      trainPairs: Math.max(1, Math.min(data.trainPairs, info.trainPairs)),
      heldOutPairs: Math.max(1, Math.min(data.heldOutPairs, info.heldOutPairs)),
    },
  });
  goTo('#/compare');
}
