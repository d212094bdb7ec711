// One member of the cohort: its objective, strength and learning rate, its formula, and what else it can be told.
import { Button } from '../../../components/Button';
import { MarkerGlyph } from '../../../components/chart/SeriesLayer';
import { seriesColor, type Look } from '../../../components/chart/palette';
import { Disclosure } from '../../../components/Disclosure';
import { Mistake } from '../../../components/expression/Mistake';
import { Formula } from '../../../components/Formula';
import { CloseIcon } from '../../../components/icons';
import { NumberInput } from '../../../components/NumberInput';
import { Select } from '../../../components/Select';
import { TextInput } from '../../../components/TextInput';
import { t } from '../../../components/text';
import { UserError } from '../../../engine/errors';
import { objectives, objectiveTeX } from '../../../engine/objectives';
import type { Member } from '../../../lab/recipe';
import { changeMember, memberFor, removeMember } from '../../../stores/experiment';
import { compileMember } from './check';
import styles from './experiment.module.css';

export interface MemberRowProps {
  readonly index: number;
  readonly member: Member;
  readonly label: string;
  readonly look: Look;
  readonly canRemove: boolean;
  readonly onPoint: (index: number | undefined) => void;
}

export function MemberRow({ index, member, label, look, canRemove, onPoint }: MemberRowProps) {
  const compiled = compileMember(member);
  const objective = compiled instanceof UserError ? undefined : compiled;
  const known = objectives[member.objective];
  const specs = (objective ?? known)?.hyper ?? [];
  const usesBeta = member.objective === 'custom' || specs.some((spec) => spec.name === 'beta');
  const extra = specs.filter((spec) => spec.name !== 'beta');
  const options = [
    ...Object.values(objectives).map(({ id, name, summary }) => ({ id, name, description: t(summary) })),
    { id: 'custom', name: t('Custom expression'), description: t('A loss of your own, typed as an expression.') },
  ];
  return (
    <li
      className={styles.member}
      onPointerEnter={() => onPoint(index)}
      onPointerLeave={() => onPoint(undefined)}
      style={{ borderLeftColor: seriesColor(look) }}
    >
      <div className={styles.memberHead}>
        <MarkerGlyph look={look} />
        <Select
          hideLabel
          label={t('Objective {number}', { number: index + 1 })}
          options={options}
          value={member.objective}
          onChange={(id) => changeMember(index, { expression: undefined, label: undefined, ...memberFor(id, member) })}
        />
        <Button kind="quiet" isDisabled={!canRemove} aria-label={t('Remove {name}', { name: label })} onPress={() => removeMember(index)}>
          <CloseIcon />
        </Button>
      </div>
      {member.objective === 'custom' && (
        <>
          <TextInput
            label={t('Loss of one pair')}
            code
            value={member.expression ?? ''}
            onChange={(expression) => changeMember(index, { expression: expression.slice(0, 2000) })}
          />
          {compiled instanceof UserError && <Mistake text={member.expression ?? ''} error={compiled} />}
        </>
      )}
      {objective !== undefined && <Formula tex={objectiveTeX(objective)} plain={objective.expression} />}
      {compiled instanceof UserError && member.objective !== 'custom' && (
        <p className={styles.problem} role="alert">
          {t(compiled.template, compiled.values)}
        </p>
      )}
      <div className={styles.strength}>
        {usesBeta && (
          <NumberInput
            inline
            label="β"
            value={member.beta}
            min={0}
            exclusiveMin
            max={100}
            onChange={(beta) => changeMember(index, { beta })}
          />
        )}
        <NumberInput
          inline
          label={t('Learning rate')}
          value={member.learningRate}
          min={0}
          exclusiveMin
          max={1}
          onChange={(learningRate) => changeMember(index, { learningRate })}
        />
      </div>
      {extra.length > 0 && (
        <div className={styles.pairOfFields}>
          {extra.map((spec) => (
            <NumberInput
              key={spec.name}
              label={t(spec.label)}
              value={member.hyper[spec.name] ?? spec.default}
              min={spec.min}
              max={spec.max}
              onChange={(value) => changeMember(index, { hyper: { ...member.hyper, [spec.name]: value } })}
            />
          ))}
        </div>
      )}
      <Disclosure title={t('About')}>
        <div className={styles.about}>
          {known !== undefined && <p>{t(known.summary)}</p>}
          {known !== undefined && <p className={styles.citation}>{t(known.citation)}</p>}
          {member.objective === 'custom' && (
            <p>
              {t('a and b are the log-ratios of chosen and rejected; lw, ll, refw, refl the log-probabilities; nw, nl the lengths; KL the batch’s estimate. Functions: sigmoid, logsigmoid, softplus, exp, log, max, min, abs, square, where and others.')}
            </p>
          )}
          <TextInput
            label={t('Name in the legend')}
            value={member.label ?? ''}
            placeholder={known?.name ?? t('Custom')}
            onChange={(text) => changeMember(index, { label: text === '' ? undefined : text.slice(0, 80) })}
          />
        </div>
      </Disclosure>
    </li>
  );
}
