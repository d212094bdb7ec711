// The words that the model is asked with: a preset, to be changed at will.
import { Button } from '../../../components/Button';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { UserError } from '../../../engine/errors';
import { templateVersion } from '../../../reviser/prompts/template';
import { useReviseSetup } from '../../../stores/reviseHooks';
import { changeSetup, editText, presetOf, presetsFor, templateOf, type SetupState } from '../../../stores/reviseSetup';
import styles from './setup.module.css';

/** The template's version, or why it is none. */
function stateOf(setup: SetupState): { readonly version: string } | { readonly problem: string } {
  try {
    return { version: templateVersion(templateOf(setup)) };
  } catch (error) {
    if (error instanceof UserError) return { problem: t(error.template, error.values) };
    throw error;
  }
}

export function PromptCard() {
  const setup = useReviseSetup((state) => state);
  const preset = presetOf(setup);
  const text = setup.texts[preset.id] ?? preset.text;
  const state = stateOf(setup);
  const options = presetsFor(setup.job).map(({ id, title }) => ({ id, name: t(title.template, title.values) }));
  return (
    <section className={styles.card} aria-labelledby="revise-prompt">
      <div className={styles.head}>
        <h3 id="revise-prompt">{t('Prompt')}</h3>
        {'version' in state && <code className={styles.version}>{state.version}</code>}
      </div>
      <Select
        label={t('Begin with')}
        options={options}
        value={preset.id}
        onChange={(id) => changeSetup(setup.job === 'revise' ? { revisePreset: id } : { judgePreset: id })}
      />
      {preset.principle !== undefined && (
        <TextInput label={t('Principle')} rows={3} value={setup.principle ?? preset.principle} onChange={(principle) => changeSetup({ principle })} />
      )}
      <div className={styles.prompt}>
        <TextInput label={t('Wording')} rows={16} code value={text} onChange={editText} isInvalid={'problem' in state} />
      </div>
      {'problem' in state && (
        <p className={styles.problem} role="alert">
          {state.problem}
        </p>
      )}
      <div className={styles.line}>
        <p className={styles.note}>
          {t('The texts of each pair are put in place of {slots}, between tags that no text can close.', { slots: preset.slots.map((slot) => `{${slot}}`).join(', ') })}
        </p>
        {text !== preset.text && (
          <Button kind="quiet" onPress={() => editText(preset.text)}>
            {t('Back to the preset')}
          </Button>
        )}
      </div>
    </section>
  );
}
