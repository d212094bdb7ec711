// The name of the dataset to be made, the button that begins it, and how far it has come.
import { useState } from 'react';
import { Button } from '../../../components/Button';
import { madeTitle } from '../../../components/datasetKinds';
import { formatCount } from '../../../components/format';
import { Progress } from '../../../components/Progress';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { hasFaults, isJudged } from '../../../lab/making/spec';
import { useMaking } from '../../../stores/hooks';
import { cancelMaking, makeDataset, type MakingChoice } from '../../../stores/making';
import { notify, sentence } from '../../../stores/notices';
import { datasetLink, goTo } from '../links';
import styles from './making.module.css';

/** What the dataset is called where a person gives it no name. */
function usualName({ kind, seed, judge, from }: MakingChoice): string {
  const title = madeTitle({ kind, seed, tuning: false });
  const judged = isJudged(kind) && hasFaults(judge) ? t('{name}, faulty judge', { name: title }) : title;
  return from === undefined ? judged : t('{name}, of a policy', { name: judged });
}

export function RunMaking({ isOnPage }: { readonly isOnPage: () => boolean }) {
  const { choice, stage, share, problem } = useMaking((state) => state);
  const [name, setName] = useState('');
  const make = async (): Promise<void> => {
    const info = await makeDataset(name.trim().slice(0, 120) || usualName(choice));
    if (info === undefined) return;
    const wanted = choice.train + choice.heldOut;
    if (info.pairs < wanted) notify('plain', sentence('The town has no more prompts: “{name}” has {pairs} of the {wanted} pairs that were asked for.', { name: info.name, pairs: info.pairs, wanted }));
    if (isOnPage()) goTo(datasetLink(info.id));
    else notify('plain', sentence('“{name}” is made, and stands among your datasets.', { name: info.name }));
  };
  return (
    <form
      className={styles.card}
      aria-label={t('Make it')}
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      {problem !== undefined && (
        <p className={styles.problem} role="alert">
          {t(problem.template, problem.values)}
        </p>
      )}
      {stage === 'choosing' ? (
        <div className={styles.start}>
          <TextInput label={t('Name')} value={name} placeholder={usualName(choice)} onChange={setName} />
          <Button kind="primary" type="submit">
            {t('Make it')}
          </Button>
        </div>
      ) : (
        <div className={styles.running}>
          <Progress label={t('Making the dataset')} value={share} max={1} />
          <p className={styles.note} role="status">
            {stage === 'storing'
              ? t('Storing …')
              : t('About {done} of {wanted} pairs', { done: formatCount(Math.round(share * (choice.train + choice.heldOut))), wanted: formatCount(choice.train + choice.heldOut) })}
          </p>
          <Button onPress={cancelMaking}>{t('Cancel')}</Button>
          <p className={styles.note}>{t('You may go on working elsewhere in the lab. Nothing is stored until all of it is.')}</p>
        </div>
      )}
    </form>
  );
}
