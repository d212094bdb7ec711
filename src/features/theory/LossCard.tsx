// One loss: which it is, its formula as text to edit, as it is set on paper, its derivatives, its numbers, and what can be
// done with it.
import { memo, useId } from 'react';
import { Label, TextArea, TextField } from 'react-aria-components';
import { MarkerGlyph } from '../../components/chart/SeriesLayer';
import { Disclosure } from '../../components/Disclosure';
import { Mistake } from '../../components/expression/Mistake';
import { Formula } from '../../components/Formula';
import { formatCompact } from '../../components/format';
import { NumberInput } from '../../components/NumberInput';
import { Select } from '../../components/Select';
import { Slider } from '../../components/Slider';
import { t } from '../../components/text';
import { functions, gradientFormulas, objectives, objectiveTeX, pairVariables, type CompiledObjective } from '../../engine/objectives';
import { useTheory } from '../../stores/hooks';
import { changeHyper, chooseLoss, START_BETA, typeLoss } from '../../stores/theory';
import { Doings } from './Doings';
import { useBoth, type Looked } from './looked';
import styles from './theory.module.css';

export const LossCard = memo(function LossCard({ side, title }: { readonly side: 0 | 1; readonly title: string }) {
  const losses = useTheory((state) => state.losses);
  const pair = useTheory((state) => state.pair);
  const looked = useBoth({ losses, pair })[side];
  return <Card side={side} title={title} looked={looked} />;
});

const Card = memo(function Card({ side, title, looked }: { readonly side: 0 | 1; readonly title: string; readonly looked: Looked }) {
  const { loss, objective, mistake, color, look } = looked;
  const beta = loss.hyper['beta'] ?? START_BETA;
  const others = objective?.hyper.filter((spec) => spec.name !== 'beta') ?? [];
  return (
    <section className={styles.card} style={{ borderLeftColor: color }} aria-label={title}>
      <div className={styles.cardHead}>
        <MarkerGlyph look={look} />
        <Choice side={side} title={title} id={loss.objective} />
      </div>
      <Editor side={side} text={loss.text} wrong={mistake !== undefined} />
      {mistake && <Mistake text={loss.text} error={mistake} />}
      {mistake && objective && <p className={styles.note}>{t('What is drawn, paler, is the last formula that was understood.')}</p>}
      {objective && <Formulas objective={objective} plain={loss.drawn} stale={mistake !== undefined} />}
      {objective && objective.pairing !== 'own' && (
        <p className={styles.note}>{t('It sorts a whole batch; here it stands for a batch of one pair. Its typed formula does not sort.')}</p>
      )}
      <Slider label="β" value={beta} min={0.01} max={10} step={0.0005} logarithmic text={formatCompact(beta, 3)} onChange={(value) => changeHyper(side, 'beta', value)} />
      {others.length > 0 && (
        <div className={styles.numbers}>
          {others.map((spec) => (
            <NumberInput
              key={spec.name}
              label={t(spec.label)}
              value={loss.hyper[spec.name] ?? spec.default}
              min={spec.min}
              max={spec.max}
              onChange={(value) => changeHyper(side, spec.name, value)}
            />
          ))}
        </div>
      )}
      <Doings side={side} label={looked.label} name={loss.name} ready={mistake === undefined && objective !== undefined} />
    </section>
  );
});

// What a slider does not change is not drawn again for it.
const Choice = memo(function Choice({ side, title, id }: { readonly side: 0 | 1; readonly title: string; readonly id: string }) {
  const options = [
    ...Object.values(objectives).map(({ id: one, name, summary }) => ({ id: one, name, description: t(summary) })),
    { id: 'custom', name: t('Your own loss'), description: t('What stands in the editor, to be changed as you like.') },
  ];
  return <Select hideLabel label={t('Objective of {title}', { title })} options={options} value={id} onChange={(chosen) => chooseLoss(side, chosen)} />;
});

const Editor = memo(function Editor({ side, text, wrong }: { readonly side: 0 | 1; readonly text: string; readonly wrong: boolean }) {
  const help = useId();
  return (
    <>
      <TextField className={styles.editor!} value={text} isInvalid={wrong} onChange={(typed) => typeLoss(side, typed)}>
        <Label>{t('Loss of one pair')}</Label>
        <TextArea rows={3} spellCheck={false} autoComplete="off" autoCapitalize="off" aria-describedby={help} />
      </TextField>
      <div id={help}>
        <Disclosure title={t('What it may name')}>
          <p className={styles.note}>
            {t('a and b are the log-ratios of chosen and rejected; lw, ll, refw, refl the log-probabilities; nw, nl the lengths; KL the batch’s estimate. Functions: sigmoid, logsigmoid, softplus, exp, log, max, min, abs, square, where and others.')}
          </p>
          <p className={styles.names}>
            <code>{[...Object.keys(pairVariables), 'beta', 'tau', 'lambda', 'gamma', 'alpha', 'labelSmoothing', 'desirableWeight', 'undesirableWeight'].join(' ')}</code>
          </p>
          <p className={styles.names}>
            <code>{Object.keys(functions).map((name) => `${name}(…)`).join(' ')}</code>
          </p>
        </Disclosure>
      </div>
    </>
  );
});

interface FormulasProps {
  readonly objective: CompiledObjective;
  readonly plain: string;
  readonly stale: boolean;
}

const Formulas = memo(function Formulas({ objective, plain, stale }: FormulasProps) {
  const { dChosen, dRejected } = gradientFormulas(objective);
  const tooLong = <span className={styles.note}>{t('too long to be read')}</span>;
  return (
    <dl className={styles.formulas} {...(stale ? { 'data-stale': '' } : {})}>
      <dt>{t('Loss')}</dt>
      <dd><Formula tex={objectiveTeX(objective)} plain={plain} /></dd>
      <dt>{t('Slope for the winner')}</dt>
      <dd>{dChosen ? <Formula tex={`\\tfrac{\\partial L}{\\partial \\ell_w} = ${dChosen.tex}`} plain={dChosen.text} /> : tooLong}</dd>
      <dt>{t('Slope for the loser')}</dt>
      <dd>{dRejected ? <Formula tex={`\\tfrac{\\partial L}{\\partial \\ell_l} = ${dRejected.tex}`} plain={dRejected.text} /> : tooLong}</dd>
    </dl>
  );
});
