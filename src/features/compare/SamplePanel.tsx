// What the models say: a prompt, and the answers of the reference and of every policy, each with the town's verdict.
// Answers are shown as plain text whatever they contain.
import { useMemo, useState } from 'react';
import { Button } from '../../components/Button';
import { Check } from '../../components/Check';
import { looksOf, seriesColor } from '../../components/chart/palette';
import { Disclosure } from '../../components/Disclosure';
import { formatFixed } from '../../components/format';
import { MenuButton } from '../../components/Menu';
import { NumberInput } from '../../components/NumberInput';
import { t } from '../../components/text';
import { TextInput } from '../../components/TextInput';
import type { GoldVerdict, SampledAnswer } from '../../lab/protocol';
import { policiesOf } from '../../lab/recipe';
import { useDevice, useRuns, useSamples } from '../../stores/hooks';
import { ask, cancelAsking, changeSampling } from '../../stores/samples';
import { drawDistinctPrompts, type Family } from '../../world';
import { memberLabels } from './curves';
import { runName } from './runName';
import styles from './samples.module.css';

const families: readonly Family[] = ['fact', 'sum', 'comparison', 'advice', 'sensitive'];

/** Prompts of the town that no policy was trained on, two of each family. */
function examplePrompts(): { id: string; name: string }[] {
  const drawn = drawDistinctPrompts(7, 'heldOut', 60);
  const picked = families.flatMap((family) => drawn.filter((prompt) => prompt.family === family).slice(0, 2));
  return picked.map(({ text }) => ({ id: text, name: text }));
}

function aspectName(aspect: string): string {
  switch (aspect) {
    case 'correct':
      return t('correct');
    case 'clear':
      return t('clear');
    case 'engaging':
      return t('engaging');
    case 'harmless':
      return t('harmless');
    default:
      return aspect;
  }
}

/** A collapsed policy makes the same mistake a dozen times. */
const MOST_PROBLEMS = 4;

function Verdict({ gold }: { readonly gold: GoldVerdict }) {
  const problems = [...new Set(gold.problems.map((problem) => t(problem.template, problem.values)))];
  return (
    <div className={styles.verdict}>
      <span className={styles.aspects}>
        {Object.entries(gold.aspects).map(([aspect, value]) => (
          <span key={aspect} {...(value < 1 ? { 'data-low': '' } : {})}>
            {value === 1 ? '✓' : value === 0 ? '✗' : formatFixed(value, 2)} {aspectName(aspect)}
          </span>
        ))}
      </span>
      {problems.length > 0 && (
        <ul>
          {problems.slice(0, MOST_PROBLEMS).map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
          {problems.length > MOST_PROBLEMS && (
            <li>{t('and {count} more', { count: problems.length - MOST_PROBLEMS })}</li>
          )}
        </ul>
      )}
    </div>
  );
}

interface AnswerProps {
  readonly answer: SampledAnswer;
  readonly name: string;
  readonly color: string;
  readonly growing: boolean;
}

function Answer({ answer, name, color, growing }: AnswerProps) {
  return (
    <li className={styles.answer} style={{ borderLeftColor: color }}>
      <div className={styles.answerHead}>
        <span className={styles.who}>{name}</span>
        {answer.gold !== undefined && (
          <span className={styles.score} title={t('Gold score, from 0 to 1')}>
            {formatFixed(answer.gold.score, 2)}
          </span>
        )}
      </div>
      <p className={styles.text}>{answer.text === '' && !growing ? t('(an empty answer)') : answer.text}</p>
      {answer.gold !== undefined && <Verdict gold={answer.gold} />}
      {!growing && (
        <p className={styles.numbers}>
          {t('{count, plural, one {# token} other {# tokens}}', { count: answer.tokens })} · {formatFixed(answer.logProb, 1)}{' '}
          {t('nats')}
          {!answer.ended && ` · ${t('cut off')}`}
        </p>
      )}
    </li>
  );
}

function Settings() {
  const settings = useSamples((state) => state.settings);
  return (
    <Disclosure
      title={t('Sampling')}
      summary={settings.greedy ? t('greedy') : t('temperature {value}', { value: settings.temperature })}
    >
      <div className={styles.settings}>
        <Check isSelected={settings.greedy} onChange={(greedy) => changeSampling({ greedy })}>
          {t('Greedy: always the likeliest token')}
        </Check>
        <NumberInput
          inline
          label={t('Temperature')}
          value={settings.temperature}
          min={0}
          exclusiveMin
          max={10}
          step={0.1}
          isDisabled={settings.greedy}
          onChange={(temperature) => changeSampling({ temperature })}
        />
        <NumberInput
          inline
          label={t('Top-k (0: all)')}
          value={settings.topK}
          min={0}
          max={100_000}
          whole
          step={1}
          isDisabled={settings.greedy}
          onChange={(topK) => changeSampling({ topK })}
        />
        <NumberInput
          inline
          label={t('Top-p (1: all)')}
          value={settings.topP}
          min={0}
          exclusiveMin
          max={1}
          step={0.05}
          isDisabled={settings.greedy}
          onChange={(topP) => changeSampling({ topP })}
        />
        <NumberInput inline label={t('Seed')} value={settings.seed} min={0} max={0xffffffff} whole step={1} onChange={(seed) => changeSampling({ seed })} />
        <NumberInput
          inline
          label={t('Most tokens')}
          value={settings.maxTokens}
          min={1}
          max={512}
          whole
          step={8}
          onChange={(maxTokens) => changeSampling({ maxTokens })}
        />
      </div>
    </Disclosure>
  );
}

export function SamplePanel() {
  const { settings, pending, answers, asked, run, recipe, step, problem } = useSamples((state) => state);
  const currentId = useRuns((state) => state.currentId);
  const begun = currentId !== undefined;
  // Named by what it is called now, unless it is off the list.
  const nameNow = useRuns((state) => state.runs.find((one) => one.id === run?.id)?.name);
  const elsewhere = run === undefined || run.id === currentId ? undefined : runName(nameNow ?? run.name);
  const device = useDevice();
  const examples = useMemo(() => examplePrompts(), []);
  const [started, setStarted] = useState(false);
  // The box opens with a prompt in it, so that one press shows what the models say.
  const prompt = settings.prompt === '' && !started ? (examples[0]?.name ?? '') : settings.prompt;
  const write = (text: string): void => {
    setStarted(true);
    changeSampling({ prompt: text });
  };
  const send = (): void => {
    changeSampling({ prompt });
    void ask();
  };
  const policies = recipe === undefined ? [] : policiesOf(recipe);
  const labels = recipe === undefined ? [] : memberLabels(recipe.cohort);
  const looks = recipe === undefined ? [] : looksOf(recipe.cohort.map((member) => member.objective));
  // The reference first, then the seeds of each objective together.
  const memberOf = (answer: SampledAnswer): number => policies[answer.policy]?.memberIndex ?? -1;
  const inOrder = [...answers].sort((a, b) => memberOf(a) - memberOf(b) || a.policy - b.policy);
  const several = (recipe?.seeds.length ?? 1) > 1;
  const nameOf = (policy: number): string => {
    const one = policies[policy];
    if (one === undefined) return t('Reference');
    const label = labels[one.memberIndex]!;
    return several ? t('{name}, seed {seed}', { name: label, seed: one.seed }) : label;
  };
  const colorOf = (policy: number): string => {
    const one = policies[policy];
    return one === undefined ? 'var(--reference)' : seriesColor(looks[one.memberIndex]!);
  };

  return (
    <div className={styles.panel}>
      <div className={styles.head}>
        <h2>{t('What they say')}</h2>
        <MenuButton label={t('Example prompts')} items={examples} onAction={write}>
          {t('Examples')}
        </MenuButton>
      </div>
      <div className={styles.form}>
        <TextInput hideLabel label={t('Prompt')} rows={2} value={prompt} onChange={write} onSubmit={send} />
        <div className={styles.send}>
          {pending === undefined ? (
            <Button isDisabled={prompt.trim() === '' || device.status !== 'open'} onPress={send}>
              {t('Answer')}
            </Button>
          ) : (
            <Button onPress={cancelAsking}>{t('Cancel')}</Button>
          )}
          <span className={styles.numbers}>
            {pending !== undefined
              ? t('writing …')
              : !begun
                ? t('the reference alone, until a run has begun')
                : t('the reference and every policy')}
          </span>
        </div>
        <Settings />
      </div>
      {problem !== undefined && (
        <p className={styles.problem} role="alert">
          {t(problem.template, problem.values)}
        </p>
      )}
      {asked !== undefined && answers.length > 0 && (
        <>
          <p className={styles.asked}>
            “{asked}”{elsewhere === undefined ? '' : ` · ${elsewhere}`}
            {step === undefined ? '' : ` · ${t('after step {step}', { step })}`}
          </p>
          <ul aria-busy={pending !== undefined}>
            {inOrder.map((answer) => (
              <Answer
                key={answer.policy}
                answer={answer}
                name={nameOf(answer.policy)}
                color={colorOf(answer.policy)}
                growing={pending !== undefined}
              />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
