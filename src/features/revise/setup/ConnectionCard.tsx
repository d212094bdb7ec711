// Whom to ask: the town's own, a chat API, a server on this machine, a class's relay; and whether it answers.
import { useState } from 'react';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { PLACES } from '../../../reviser/places';
import { useReviseSetup } from '../../../stores/reviseHooks';
import { addressOf, changeSetup, choosePlace, isOffline, mayCall, placeOf } from '../../../stores/reviseSetup';
import { ConnectionCheck } from './ConnectionCheck';
import { KeyField } from './KeyField';
import styles from './setup.module.css';

function AddressField() {
  const baseUrl = useReviseSetup((state) => state.baseUrl);
  // An address that is half typed is another origin, and would cost the key.
  const [draft, setDraft] = useState<string | null>(null);
  const take = (): void => {
    if (draft !== null && draft.trim() !== baseUrl) changeSetup({ baseUrl: draft.trim() });
    setDraft(null);
  };
  return <TextInput label={t('Base URL')} value={draft ?? baseUrl} placeholder="https://api.example.org/v1" onChange={setDraft} onBlur={take} onSubmit={take} />;
}

export function ConnectionCard() {
  const setup = useReviseSetup((state) => state);
  const { place, kind, model } = setup;
  const address = addressOf(setup);
  const options = [
    { id: 'offline', name: t('The town’s own reviser and judge'), description: t('Needs no network and no key; knows the town and nothing else.') },
    ...PLACES.map(({ id, name, baseUrl }) => ({ id, name: id === 'relay' ? t('A class’s relay') : name, description: baseUrl })),
    { id: 'other', name: t('Another API'), description: t('Any that speaks OpenAI’s or Anthropic’s format.') },
  ];
  return (
    <section className={styles.card} aria-labelledby="revise-whom">
      <h3 id="revise-whom">{t('Whom to ask')}</h3>
      <Select label={t('Chat model at')} options={options} value={place} onChange={choosePlace} />
      {isOffline(setup) ? (
        <p className={styles.note}>{t('It revises answers of the town by program, and says so where a prompt is not the town’s. Nothing leaves this page.')}</p>
      ) : (
        <>
          {place === 'other' && (
            <Select
              label={t('Format')}
              options={[
                { id: 'openai', name: 'OpenAI' },
                { id: 'anthropic', name: 'Anthropic' },
              ]}
              value={kind}
              onChange={(next) => changeSetup({ kind: next })}
            />
          )}
          <AddressField key={place} />
          {!mayCall(address) && (
            <p className={styles.problem} role="alert">
              {t('This build of the page may not call {origin}: its security policy names the addresses it may. Build it with LAB_CONNECT="{origin}", or use one of those above.', { origin: new URL(address).origin })}
            </p>
          )}
          <TextInput label={t('Model')} value={model} onChange={(next) => changeSetup({ model: next })} />
          <KeyField address={address} needed={placeOf(place)?.needsKey ?? false} />
          <ConnectionCheck />
          <p className={styles.note}>{t('Prompts and answers of the chosen pairs are sent there. The link to this page never names an address and never starts anything.')}</p>
        </>
      )}
    </section>
  );
}
