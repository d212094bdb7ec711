// Every stored run: open it, draw it behind the current one, name it, export it, delete it.
import { useState } from 'react';
import { adapterText } from '../../components/adapterText';
import { Button } from '../../components/Button';
import { Check } from '../../components/Check';
import { looksOf, seriesColor } from '../../components/chart/palette';
import { formatDate } from '../../components/format';
import { MenuButton } from '../../components/Menu';
import { t, useLocale } from '../../components/text';
import { TextInput } from '../../components/TextInput';
import { replaceRecipe } from '../../stores/experiment';
import { useRuns } from '../../stores/hooks';
import { openRun, removeRun, renameRun, resume, toggleOverlay } from '../../stores/runActions';
import { canContinue, deviceOf, type Run } from '../../stores/runs';
import { exportRun } from './exportRun';
import { stateName } from './RunBar';
import { runName } from './runName';
import styles from './runs.module.css';

function NameField({ run, onDone }: { readonly run: Run; readonly onDone: () => void }) {
  const shown = runName(run.name);
  const [name, setName] = useState(shown);
  const finish = (): void => {
    // A translated name that nobody touched is no new name.
    if (name !== shown) renameRun(run.id, name);
    onDone();
  };
  return <TextInput hideLabel label={t('Name of the run')} value={name} onChange={setName} onSubmit={finish} onBlur={finish} />;
}

interface RowProps {
  readonly run: Run;
  readonly current: boolean;
  readonly active: boolean;
  readonly behind: boolean;
}

function Row({ run, current, active, behind }: RowProps) {
  const locale = useLocale();
  const [naming, setNaming] = useState(false);
  const colors = looksOf(run.recipe.cohort.map((member) => member.objective));
  const device = deviceOf(run);
  return (
    <li className={styles.run} {...(current ? { 'data-current': '' } : {})}>
      <Check
        aria-label={t('Draw “{name}” behind the current run', { name: runName(run.name) })}
        isSelected={behind || current}
        isDisabled={current}
        onChange={() => void toggleOverlay(run.id)}
      />
      <div className={styles.about}>
        {naming ? (
          <NameField run={run} onDone={() => setNaming(false)} />
        ) : (
          <button
            type="button"
            className={styles.name}
            aria-current={current ? 'true' : undefined}
            onClick={() => void openRun(run.id)}
          >
            {runName(run.name)}
          </button>
        )}
        <div className={styles.facts}>
          <span className={styles.swatches} aria-hidden="true">
            {colors.map((look, i) => (
              <i key={i} style={{ background: seriesColor(look) }} />
            ))}
          </span>
          {stateName(run.state)} · {run.step}/{run.recipe.schedule.steps} · {formatDate(run.createdAt, locale)}
        </div>
        {device !== undefined && <div className={styles.facts}>{adapterText(device)}</div>}
        {canContinue(run) && current && !active && (
          <div className={styles.goOn}>
            <p>
              {run.state === 'interrupted'
                ? t('The page was closed at step {step}. Curves and the checkpoint of step {kept} are kept.', {
                    step: run.step,
                    kept: run.checkpointStep ?? 0,
                  })
                : t('The checkpoint of step {kept} is kept.', { kept: run.checkpointStep ?? 0 })}
            </p>
            <Button onPress={() => void resume()}>{t('Continue from step {step}', { step: run.checkpointStep ?? 0 })}</Button>
          </div>
        )}
      </div>
      <MenuButton
        label={t('Actions for “{name}”', { name: runName(run.name) })}
        items={[
          { id: 'open', name: t('Open') },
          { id: 'recipe', name: t('Set up this experiment again') },
          { id: 'rename', name: t('Rename') },
          { id: 'export', name: t('Export as JSON') },
          ...(active || run.state === 'elsewhere' ? [] : [{ id: 'delete', name: t('Delete') }]),
        ]}
        plain
        onAction={(id) => {
          if (id === 'open') void openRun(run.id);
          else if (id === 'recipe') replaceRecipe(run.recipe);
          else if (id === 'rename') setNaming(true);
          else if (id === 'export') void exportRun(run);
          else removeRun(run.id);
        }}
      >
        ⋯
      </MenuButton>
    </li>
  );
}

export function RunList() {
  const runs = useRuns((state) => state.runs);
  const currentId = useRuns((state) => state.currentId);
  const activeId = useRuns((state) => state.activeId);
  const overlayIds = useRuns((state) => state.overlayIds);
  return (
    <div className={styles.panel}>
      <div className={styles.head}>
        <h2>{t('Runs')}</h2>
        {runs.length > 1 && <span className={styles.facts}>{t('tick to draw behind')}</span>}
      </div>
      {runs.length === 0 ? (
        <p className={styles.empty}>{t('Every run is stored here as it happens, in this browser alone.')}</p>
      ) : (
        <ul className={styles.list}>
          {runs.map((run) => (
            <Row
              key={run.id}
              run={run}
              current={run.id === currentId}
              active={run.id === activeId}
              behind={overlayIds.includes(run.id)}
            />
          ))}
        </ul>
      )}
    </div>
  );
}
