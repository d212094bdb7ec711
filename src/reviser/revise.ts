// A pair's loser revised into its winner, the CLAIR way (Contrastive Learning from AI Revisions, arXiv 2408.06266), or its
// winner spoiled into a loser: what is asked, what is read from the reply, and the pair that comes of it.
import type { PreferencePair } from '../preferences/pair';
import { flagRevision, type RevisionFlag } from './flags';
import { parseRevision } from './parseRevision';
import { askAgain, revisionRequest, taskText, type AskSettings } from './prompts/requests';
import { templateVersion, type PromptTemplate } from './prompts/template';
import type { Ask } from './queue';
import type { StoredReply } from './replies';

/** Where an outcome comes from; becomes the provenance of its pair. */
export interface ReplySource {
  /** As the server names it. */
  readonly model: string;
  /** Scheme, host and port, or `offline`. */
  readonly origin: string;
  /** The template's id and a digest of its text. */
  readonly promptVersion: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export const sourceOf = ({ reply, identity, promptVersion, time }: StoredReply): ReplySource => ({ model: reply.model, origin: identity.origin, promptVersion, time });

export interface RevisionOutcome {
  readonly kind: 'revision';
  /** Null where the reply holds none. */
  readonly revision: string | null;
  readonly rationale: string;
  /** Why it must not become a pair unseen; empty where nothing speaks against it. */
  readonly flags: readonly RevisionFlag[];
  readonly source: ReplySource;
}

/** Whether a template turns winners into losers rather than losers into winners. */
export const makesWorse = ({ slots }: Pick<PromptTemplate, 'slots'>): boolean => slots.includes('strong_solution');

/** The side of a pair that a template has revised. */
export const revisedSide = (pair: PreferencePair, template: Pick<PromptTemplate, 'slots'>): string => (makesWorse(template) ? pair.chosen : pair.rejected);

/**
 * Asks for the revision of a pair's side, and again with each of the comments.
 * @param mostChange share of the longer text that may change unflagged.
 * @throws what `ask` throws.
 */
export async function askRevision(
  pair: PreferencePair,
  { template, settings, comments = [], mostChange }: { readonly template: PromptTemplate; readonly settings: AskSettings; readonly comments?: readonly string[]; readonly mostChange?: number | undefined },
  ask: Ask,
): Promise<{ readonly outcome: RevisionOutcome; readonly replies: readonly string[] }> {
  const original = revisedSide(pair, template);
  const about = { promptVersion: templateVersion(template), replyLike: original };
  let request = revisionRequest(template, { task: taskText(pair), solution: original }, settings);
  let stored = await ask(request, about);
  const replies = [stored.hash];
  for (const comment of comments) {
    request = askAgain(request, stored.reply, comment);
    stored = await ask(request, about);
    replies.push(stored.hash);
  }
  const parsed = parseRevision(stored.reply.text, original);
  const flags = flagRevision(original, stored.reply, parsed, mostChange);
  return { outcome: { kind: 'revision', revision: parsed.revision, rationale: parsed.reasoning, flags, source: sourceOf(stored) }, replies };
}

/**
 * The pair that a revision makes, whoever has decided that it may: the loser and its revision, or the winner and what it
 * was spoiled into. Its provenance stands in `extra.revision`.
 * @param text the person's own edit of the revision, where there is one.
 */
export function revisedPair(pair: PreferencePair, { revision, rationale, flags, source }: RevisionOutcome, template: Pick<PromptTemplate, 'slots'>, text?: string): PreferencePair {
  const { rationale: _, scores, extra, ...kept } = pair;
  const made = text ?? revision ?? '';
  const worse = makesWorse(template);
  // A rating belongs to the text that was rated.
  const score = worse ? scores?.chosen : scores?.rejected;
  return {
    ...kept,
    chosen: worse ? pair.chosen : made,
    rejected: worse ? made : pair.rejected,
    source: 'clair',
    ...(rationale !== '' && { rationale }),
    ...(score !== undefined && { scores: worse ? { chosen: score } : { rejected: score } }),
    extra: { ...extra, revision: { ...provenance(source), ...(flags.length > 0 && { flags: [...flags] }), ...(text !== undefined && text !== revision && { edited: true }) } },
  };
}

/** A source as it stands in a pair's `extra`. */
export const provenance = ({ model, origin, promptVersion, time }: ReplySource): Record<string, string> => ({ model, origin, prompt: promptVersion, time: new Date(time).toISOString() });
