// What the page is, which study it shows, and where that one came from.
import { Button } from '../../components/Button';
import { download } from '../../components/download';
import { formatDate } from '../../components/format';
import { Disclosure } from '../../components/Disclosure';
import { Select } from '../../components/Select';
import { t, useLocale } from '../../components/text';
import { cellsOf } from '../../lab/study/plan';
import type { StudyDocument } from '../../lab/study/types';
import { report } from '../../stores/notices';
import { showStudy, writeStudy } from '../../stores/study';
import type { StudyFile, StudySource } from '../../stores/studyProtocol';
import { useStudy } from '../../stores/studyHooks';
import { planLine, spanText } from './words';
import styles from './paper.module.css';

const SHIPPED = 'shipped';
const idOf = (source: StudySource): string => (source === 'shipped' ? SHIPPED : `own ${source.own}`);

export function StudyHead() {
  const studies = useStudy((state) => state.studies);
  const ships = useStudy((state) => state.ships);
  const shown = useStudy((state) => state.shown);
  const document = useStudy((state) => state.view?.view.document);
  const locale = useLocale();
  const options = [
    ...(ships ? [{ id: SHIPPED, name: t('The study that ships') }] : []),
    ...studies.map(({ id, createdAt, plan, done }) => ({
      id: `own ${id}`,
      name: t('Made here, {date}', { date: formatDate(createdAt, locale) }),
      description: t('{done} of {cells} cells', { done, cells: cellsOf(plan).length }),
    })),
  ];
  return (
    <section className={styles.card} aria-labelledby="paper-about">
      <h3 id="paper-about">{t('Anchored Preference Optimization and Contrastive Revisions')}</h3>
      <p>
        {t('What the paper (arXiv 2408.06266) shows with a model of eight billion parameters and GPT-4, done again from scratch with the small model of this page and a town whose answers can be checked.')}{' '}
        {t('Every number below is computed from the runs of the study that is shown, by this very code, with seeds and intervals.')}
      </p>
      {options.length > 0 && (
        <Select
          label={t('Study shown')}
          value={options.some(({ id }) => id === idOf(shown)) ? idOf(shown) : options[0]!.id}
          onChange={(id) => showStudy(id === SHIPPED ? 'shipped' : { own: id.slice('own '.length) })}
          options={options}
        />
      )}
      {document !== undefined && <Provenance document={document} shipped={shown === 'shipped'} />}
    </section>
  );
}

async function save(as: StudyFile): Promise<void> {
  try {
    const text = await writeStudy(as);
    if (text !== undefined) download(as === 'report' ? 'report.html' : 'study.json', text, as === 'report' ? 'text/html' : 'application/json');
  } catch (error) {
    report(error);
  }
}

function Provenance({ document, shipped }: { readonly document: StudyDocument; readonly shipped: boolean }) {
  const locale = useLocale();
  const { plan, adapters, createdAt, lab, runtime, elapsedMs, cells } = document;
  const all = cellsOf(plan).length;
  return (
    <>
      <dl className={styles.facts}>
        <dt>{t('Plan')}</dt>
        <dd>{planLine(plan)}</dd>
        <dt>{t('Device')}</dt>
        <dd>{adapters.join('; ')}</dd>
        <dt>{t('Made')}</dt>
        <dd>{`${formatDate(Date.parse(createdAt), locale)}, ${runtime}, ${t('lab {version}', { version: lab })}`}</dd>
        <dt>{t('Time')}</dt>
        <dd>{cells.length < all ? `${spanText(elapsedMs)}, ${t('{done} of {cells} cells', { done: cells.length, cells: all })}` : spanText(elapsedMs)}</dd>
      </dl>
      {shipped && <p className={styles.note}>{t('It was made by the command “lab reproduce”, which runs the same functions as this page.')}</p>}
      <div className={styles.buttons}>
        <Button kind="quiet" onPress={() => void save('report')}>
          {t('Download the report (HTML, in English)')}
        </Button>
        <Button kind="quiet" onPress={() => void save('document')}>
          {t('Download every number (JSON)')}
        </Button>
      </div>
      <Disclosure title={t('The whole plan')}>
        <pre className={styles.plan} tabIndex={0}>
          {JSON.stringify(plan, null, 1)}
        </pre>
      </Disclosure>
    </>
  );
}
