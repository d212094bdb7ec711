// The part of the experiment's data that is about datasets made for the run: which there are to choose from, and the seed and
// the judge of the one that is chosen.
import { kindSentence, kindTitle, titleOfMade } from '../../../components/datasetKinds';
import { Disclosure } from '../../../components/Disclosure';
import { faultsText, JudgeFaults } from '../../../components/judge/JudgeFaults';
import { NumberInput } from '../../../components/NumberInput';
import type { Option } from '../../../components/Select';
import { t } from '../../../components/text';
import { datasetKinds, hasFaults, isJudged, madeName, noFaults, parseMadeName } from '../../../lab/making/spec';
import type { Recipe } from '../../../lab/recipe';

type Data = Recipe['data'];

/** All kinds, with the seed of the one that is chosen; and that one itself where it is none of these. */
export function madeOptions({ dataset }: Data, seed: number): Option<string>[] {
  const chosen = parseMadeName(dataset);
  const usual = datasetKinds.map((kind) => ({
    id: madeName({ kind, seed: chosen?.seed ?? seed }),
    name: t('{kind}, made for the run', { kind: kindTitle(kind) }),
    description: kindSentence(kind),
  }));
  return chosen?.tuning === true ? [...usual, { id: dataset, name: titleOfMade(dataset)! }] : usual;
}

/** The data with another dataset; a judge stays only where one has something to judge. */
export function withDataset({ judge, ...data }: Data, dataset: string): Data {
  const made = parseMadeName(dataset);
  return { ...data, dataset, ...(judge && made && isJudged(made.kind) && { judge }) };
}

export function MadeData({ data, onChange }: { readonly data: Data; readonly onChange: (data: Data) => void }) {
  const made = parseMadeName(data.dataset);
  if (made === undefined) return null;
  const { judge = noFaults } = data;
  return (
    <>
      <NumberInput
        inline
        label={t('Seed of the dataset')}
        value={made.seed}
        min={0}
        max={0xffffffff}
        whole
        step={1}
        onChange={(seed) => onChange({ ...data, dataset: madeName({ ...made, seed }) })}
      />
      {isJudged(made.kind) && (
        <Disclosure title={t('The judge')} summary={faultsText(judge) || t('without faults')}>
          <JudgeFaults
            value={judge}
            onChange={(next) => {
              const { judge: _, ...rest } = data;
              onChange(hasFaults(next) ? { ...rest, judge: next } : rest);
            }}
          />
        </Disclosure>
      )}
    </>
  );
}
