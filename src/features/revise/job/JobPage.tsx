// One job: how far it has come, its revisions in a list with a filter, and the one under review.
import { useEffect, useMemo } from 'react';
import { Button } from '../../../components/Button';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { makesWorse } from '../../../reviser/revise';
import { useReviseJobs } from '../../../stores/reviseHooks';
import { acceptAll, acceptedInBulk, acceptItem, askItemAgain, editItem, filterItems, listedItems, lookAtItem, reconsiderItem, rejectItem } from '../../../stores/reviewActions';
import { filterCounts, itemBeside } from '../../../stores/reviewing';
import { closeJob, openJob, type OpenJob } from '../../../stores/reviseJobs';
import { goTo } from '../../../components/links';
import { formatCount } from '../../../components/format';
import { reviseLink } from '../links';
import { ItemList } from '../review/ItemList';
import { ReviewPane } from '../review/ReviewPane';
import { filterName } from '../review/words';
import { JobHead } from './JobHead';
import styles from './job.module.css';

function Filter({ open }: { readonly open: OpenJob }) {
  const { items, filter } = open;
  const counts = useMemo(() => filterCounts(items), [items]);
  const bulk = useMemo(() => acceptedInBulk({ items, filter }).length, [items, filter]);
  const options = counts.map(({ filter: id, count }) => ({ id, name: `${filterName(id)} · ${formatCount(count)}` }));
  if (!options.some(({ id }) => id === filter)) options.push({ id: filter, name: `${filterName(filter)} · 0` });
  return (
    <>
      <Select label={t('Show')} options={options} value={filter} onChange={filterItems} />
      {bulk > 0 && (
        <Button onPress={() => void acceptAll()}>
          {filter === 'all' || filter === 'review' ? t('Accept all {count} without a flag', { count: bulk }) : t('Accept these {count}', { count: bulk })}
        </Button>
      )}
    </>
  );
}

export function JobPage({ id }: { readonly id: string }) {
  const open = useReviseJobs((state) => state.open);
  useEffect(() => {
    void openJob(id);
    return closeJob;
  }, [id]);
  const listed = useMemo(() => (open === undefined ? [] : listedItems(open)), [open]);
  if (open?.problem !== undefined) {
    return (
      <div className={styles.page} role="alert">
        <p>{t(open.problem.template, open.problem.values)}</p>
        <p>
          <Button onPress={() => goTo(reviseLink)}>{t('All jobs')}</Button>
        </p>
      </div>
    );
  }
  if (open?.id !== id || open.job === undefined) return <p className={styles.page}>{t('Opening the job …')}</p>;
  const { job, items, current } = open;
  const place = listed.findIndex((item) => item.id === current);
  const item = listed[place];
  return (
    <div className={styles.page}>
      <JobHead job={job} items={items} />
      <div className={styles.columns}>
        <div className={styles.side}>
          <Filter open={open} />
          <ItemList items={listed} current={current} onLook={lookAtItem} />
        </div>
        {item === undefined ? (
          <section className={styles.empty} aria-label={t('Review')}>
            <p>{t('Nothing here passes the filter.')}</p>
          </section>
        ) : (
          <ReviewPane
            item={item}
            place={place}
            count={listed.length}
            worse={makesWorse(job.template)}
            judges={job.kind === 'judge'}
            canAsk={job.kind === 'revise' && job.provider.kind !== 'offline'}
            onAccept={() => void acceptItem(item.id)}
            onReject={() => void rejectItem(item.id)}
            onReconsider={() => void reconsiderItem(item.id)}
            onEdit={(text) => void editItem(item.id, text)}
            onAskAgain={(comment) => void askItemAgain(item.id, comment)}
            onMove={(by) => {
              const to = itemBeside(listed, item.id, by);
              if (to !== undefined) lookAtItem(to);
            }}
          />
        )}
      </div>
    </div>
  );
}
