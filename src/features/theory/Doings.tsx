// What can be done with a loss that has no mistake: name it, keep it, train it beside the others, take it away.
import { memo, useState } from 'react';
import { Input, Label, TextField } from 'react-aria-components';
import { Button } from '../../components/Button';
import { Confirm } from '../../components/Confirm';
import { download } from '../../components/download';
import { t } from '../../components/text';
import { pythonLoss, pythonName } from '../../engine/objectives';
import { MAX_POLICIES } from '../../lab/recipe';
import { addLoss, policiesLeft } from '../../stores/experiment';
import { useExperiment } from '../../stores/hooks';
import { notify, report, sentence } from '../../stores/notices';
import { compiledOf, memberOf, nameLoss, theoryStore, type Loss } from '../../stores/theory';
import { isKeptAs, keepLoss, keptAs, listLosses, type KeptLoss } from '../../stores/theoryLosses';
import styles from './theory.module.css';

export interface DoingsProps {
  readonly side: 0 | 1;
  readonly label: string;
  readonly name: string;
  readonly ready: boolean;
}

/** What is pressed for is looked up then, so that this is not drawn again for every slider. */
export const Doings = memo(function Doings({ side, label, name, ready }: DoingsProps) {
  const recipe = useExperiment((state) => state.recipe);
  const left = policiesLeft(recipe);
  const [taken, setTaken] = useState<KeptLoss>();
  const loss = (): Loss => theoryStore.getState().losses[side];
  const train = (): void => {
    try {
      if (!addLoss(memberOf(loss()))) return;
      notify('plain', sentence('“{name}” is in the cohort now, beside {count} others. It is trained with them on the Compare page.', { name: label, count: recipe.cohort.length }));
    } catch (error) {
      // A number that a recipe does not take.
      report(error);
    }
  };
  const take = (): void => {
    const objective = compiledOf(loss());
    if (objective !== undefined) download(`${pythonName(label)}.py`, pythonLoss(objective, { name: label, hyper: loss().hyper }), 'text/x-python');
  };
  const keep = async (replaces?: KeptLoss): Promise<void> => {
    try {
      // Another tab may have kept one meanwhile.
      await listLosses();
      const other = replaces ?? keptAs(label);
      if (other !== undefined && replaces === undefined && !isKeptAs(loss(), other)) {
        setTaken(other);
        return;
      }
      if (other === undefined || replaces !== undefined) await keepLoss(loss(), label, replaces);
      if (replaces === undefined) notify('plain', sentence('“{name}” is kept in this browser.', { name: label }));
    } catch (error) {
      report(error);
    }
  };
  return (
    <>
      <TextField className={styles.name!} value={name} onChange={(typed) => nameLoss(side, typed)}>
        <Label>{t('Name')}</Label>
        <Input autoComplete="off" placeholder={label} />
      </TextField>
      <div className={styles.buttons}>
        <Button kind="primary" isDisabled={!ready || left < 1} onPress={train}>
          {t('Train it beside the others')}
        </Button>
        <Button isDisabled={!ready} onPress={() => void keep()}>
          {t('Keep')}
        </Button>
        <Button isDisabled={!ready} onPress={take}>
          {t('Export for TRL')}
        </Button>
      </div>
      <Confirm
        title={t('Replace “{name}”?', { name: taken?.name ?? '' })}
        action={t('Replace')}
        isOpen={taken !== undefined}
        onConfirm={() => void keep(taken)}
        onClose={() => setTaken(undefined)}
      >
        <p>{t('A loss is kept under this name already. To keep both, give this one another name.')}</p>
        <p className={styles.formula}>{taken?.text}</p>
      </Confirm>
      <p className={styles.note}>
        {left < 1
          ? t('The cohort is full: it holds {most} policies at most.', { most: MAX_POLICIES })
          : t('The experiment has {count, plural, one {# objective} other {# objectives}} so far; its link carries them all.', { count: recipe.cohort.length })}{' '}
        <a href="#/compare">{t('To the experiment')}</a>
      </p>
    </>
  );
});
