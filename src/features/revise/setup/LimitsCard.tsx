// How much is asked at a time and at most.
import { Disclosure } from '../../../components/Disclosure';
import { NumberInput } from '../../../components/NumberInput';
import { t } from '../../../components/text';
import { PRICES_ARE_YOURS } from '../../../reviser/prices';
import { useReviseSetup } from '../../../stores/reviseHooks';
import { changePrice, changeSetup, isOffline, priceFor } from '../../../stores/reviseSetup';
import { formatCount } from '../../../components/format';
import styles from './setup.module.css';

export function LimitsCard() {
  const setup = useReviseSetup((state) => state);
  if (isOffline(setup)) return null;
  const price = priceFor(setup);
  return (
    <section className={styles.card} aria-label={t('Limits')}>
      <Disclosure title={t('Limits and prices')} summary={t('{count} tokens at most', { count: formatCount(setup.budgetTokens) })}>
        <div className={styles.limits}>
          <NumberInput inline label={t('Tokens in all, at most')} value={setup.budgetTokens} min={1} whole onChange={(budgetTokens) => changeSetup({ budgetTokens })} />
          <NumberInput inline label={t('Requests at once')} value={setup.concurrency} min={1} max={64} whole step={1} onChange={(concurrency) => changeSetup({ concurrency })} />
          <NumberInput inline label={t('Requests a minute')} value={setup.requestsPerMinute} min={1} whole onChange={(requestsPerMinute) => changeSetup({ requestsPerMinute })} />
          <NumberInput inline label={t('Tokens a minute')} value={setup.tokensPerMinute} min={1} whole onChange={(tokensPerMinute) => changeSetup({ tokensPerMinute })} />
          <NumberInput inline label={t('US dollars in all, at most (0 for no cap)')} value={setup.budgetMoney ?? 0} min={0} step={1} onChange={(money) => changeSetup({ budgetMoney: money > 0 ? money : undefined })} />
          <NumberInput inline label={t('US dollars for a million tokens asked')} value={price?.input ?? 0} min={0} step={0.1} isDisabled={setup.model.trim() === ''} onChange={(input) => changePrice({ input })} />
          <NumberInput inline label={t('US dollars for a million tokens answered')} value={price?.output ?? 0} min={0} step={0.1} isDisabled={setup.model.trim() === ''} onChange={(output) => changePrice({ output })} />
          {setup.job === 'revise' && (
            <>
              <NumberInput inline label={t('Temperature')} value={setup.temperature} min={0} max={2} step={0.1} onChange={(temperature) => changeSetup({ temperature })} />
              <NumberInput inline label={t('Tokens of a reply, at most')} value={setup.maxTokens} min={1} whole onChange={(maxTokens) => changeSetup({ maxTokens })} />
            </>
          )}
        </div>
        <p className={styles.note}>{t(PRICES_ARE_YOURS.template, PRICES_ARE_YOURS.values)}</p>
      </Disclosure>
    </section>
  );
}
