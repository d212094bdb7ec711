// The paper's findings, each with the rule that was written before any run, what the rule says of this study, and the numbers.
import { Disclosure } from '../../components/Disclosure';
import { t } from '../../components/text';
import type { EvidenceUnit, Verdict } from '../../lab/study/verdicts';
import type { ShownFinding } from '../../stores/studyView';
import { Mark, type Sign } from './Mark';
import { Range } from './Range';
import styles from './paper.module.css';

const signs: Readonly<Record<Verdict, Sign>> = { reproduced: 'full', partly: 'half', notAtThisScale: 'empty', notTested: 'dash' };

function verdictName(verdict: Verdict): string {
  switch (verdict) {
    case 'reproduced':
      return t('Reproduced');
    case 'partly':
      return t('Partly');
    case 'notAtThisScale':
      return t('Not at this scale');
    case 'notTested':
      return t('Not tested');
  }
}

function unitName(unit: EvidenceUnit): string {
  switch (unit) {
    case 'similarity':
      return t('from 0 to 1');
    case 'characters':
      return t('characters');
    case 'nats':
      return t('nats per answer');
    case 'gold':
      return t('gold score');
    case 'share':
      return t('share');
  }
}

const digitsOf = (unit: EvidenceUnit): number => (unit === 'characters' ? 1 : unit === 'nats' ? 2 : 3);

export function FindingsCard({ findings }: { readonly findings: readonly ShownFinding[] }) {
  return (
    <section className={styles.card} aria-labelledby="paper-findings">
      <h3 id="paper-findings">{t('Findings')}</h3>
      <p className={styles.note}>{t('Each rule was written down before the runs. Every interval is the 95 % interval of a bootstrap.')}</p>
      <ol className={styles.findings}>
        {findings.map((finding) => (
          <Finding key={finding.id} {...finding} />
        ))}
      </ol>
    </section>
  );
}

function Finding({ claim, rule, verdict, sentence, evidence }: ShownFinding) {
  return (
    <li className={styles.finding} data-verdict={verdict}>
      <p className={styles.verdict}>
        <Mark sign={signs[verdict]} />
        {verdictName(verdict)}
      </p>
      <p className={styles.claim}>{t(claim.template, claim.values)}</p>
      <p>{t(sentence.template, sentence.values)}</p>
      <Disclosure title={t('Rule and evidence')}>
        <p className={styles.note}>{t(rule.template, rule.values)}</p>
        {evidence.length > 0 && (
          <div className={styles.scroll} tabIndex={0} role="group" aria-label={t('The numbers')}>
            <table className={styles.table}>
              <tbody>
                {evidence.map(({ label, value, unit }, i) => (
                  <tr key={i}>
                    <th scope="row">{t(label.template, label.values)}</th>
                    <td>
                      <Range value={value} digits={digitsOf(unit)} />
                    </td>
                    <td className={styles.unit}>{unitName(unit)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Disclosure>
    </li>
  );
}
