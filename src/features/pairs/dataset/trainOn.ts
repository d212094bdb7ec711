// Puts a dataset into the experiment being set up, and goes there.
import { readMade } from '../../../lab/making/provenance';
import type { DatasetInfo } from '../../../storage/pairs/protocol';
import { isShippedCopy } from '../../../stores/datasets';
import { changeRecipe, experimentStore } from '../../../stores/experiment';
import { modelOfMade } from '../../../stores/ownModels';
import { storedName } from '../../../stores/storedPairs';
import { goTo } from '../links';

/** @param name as the address names the dataset. */
export function trainOn(name: string, info: DatasetInfo): void {
  const { data } = experimentStore.getState().recipe;
  const made = readMade(info.provenance);
  changeRecipe({
    // Answers of a policy are that policy's to learn from.
    ...(made && { model: modelOfMade(made) }),
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
