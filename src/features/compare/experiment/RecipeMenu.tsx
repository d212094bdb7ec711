// Whole recipes: presets that ship, files in and out, and a link for somebody else.
import { FileTrigger } from 'react-aria-components';
import { Button } from '../../../components/Button';
import { download } from '../../../components/download';
import { MenuButton } from '../../../components/Menu';
import { t } from '../../../components/text';
import { importRecipe, replaceRecipe } from '../../../stores/experiment';
import { useExperiment } from '../../../stores/hooks';
import { linkTo } from '../../../stores/link';
import { notify, report, sentence } from '../../../stores/notices';
import { loadPreset, presets, type Preset } from './presets';
import styles from './experiment.module.css';

function presetName(preset: Preset): string {
  switch (preset) {
    case 'default':
      return t('The fork: DPO, APO-zero, APO-down');
    case 'seeds':
      return t('The fork with three seeds');
    case 'off_policy':
      return t('The same on off-policy pairs');
    case 'strength':
      return t('DPO at four strengths');
    case 'family':
      return t('Eight objectives side by side');
  }
}

async function copyLink(link: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(link);
    notify('plain', sentence('The link is copied. It sets up this experiment and starts nothing.'));
  } catch {
    notify('problem', sentence('The browser does not let the page copy. The link is: {link}', { link }));
  }
}

export function RecipeMenu() {
  const recipe = useExperiment((state) => state.recipe);
  return (
    <div className={styles.recipe}>
      <h2>{t('Experiment')}</h2>
      <MenuButton
        label={t('Presets')}
        items={presets.map((preset) => ({ id: preset, name: presetName(preset) }))}
        onAction={(id) => {
          const preset = presets.find((one) => one === id);
          if (preset !== undefined) loadPreset(preset).then(replaceRecipe).catch(report);
        }}
      />
      <MenuButton
        label={t('Recipe')}
        items={[
          { id: 'export', name: t('Save as a file') },
          { id: 'link', name: t('Copy link') },
        ]}
        onAction={(id) => {
          if (id === 'export') download('recipe.json', JSON.stringify(recipe, null, 2), 'application/json');
          else void copyLink(linkTo(recipe, window.location));
        }}
      />
      <FileTrigger
        acceptedFileTypes={['application/json', '.json']}
        onSelect={(files) => {
          files?.[0]?.text().then(importRecipe).catch(report);
        }}
      >
        <Button kind="quiet">{t('Open file')}</Button>
      </FileTrigger>
    </div>
  );
}
