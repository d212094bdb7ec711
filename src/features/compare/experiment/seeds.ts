// Seeds as people list them: `1, 2, 3`. Used by the experiment panel.
import { t } from '../../../components/text';

/** The seeds, or a sentence that says what is wrong with the text. */
export function readSeeds(text: string, most: number): number[] | string {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length === 0) return t('Write at least one seed, such as 1.');
  const seeds: number[] = [];
  for (const part of parts) {
    const seed = /^\d+$/.test(part) ? Number(part) : NaN;
    if (!(seed <= 0xffffffff)) return t('“{part}” is no seed: write whole numbers from 0, separated by commas.', { part });
    if (seeds.includes(seed)) return t('Seed {seed} is there twice.', { seed });
    seeds.push(seed);
  }
  if (seeds.length > most) return t('With this cohort there is room for {most} seeds.', { most });
  return seeds;
}
