// What the page and its study workers say to each other. One worker carries a re-enactment out, another works its figures out;
// neither has a device: what is asked of the lab goes through the page.
import type { ErrorValues } from '../engine/errors';
import type { LabEvent, Request } from '../lab/protocol';
import type { StudyProgress } from '../lab/study/execute';
import type { StoredStudy } from '../storage/studies';
import type { StudyView } from './studyView';

/** A study that can be looked at: the one that ships, or one that was made in this browser. */
export type StudySource = 'shipped' | { readonly own: string };

export const sameSource = (a: StudySource | undefined, b: StudySource | undefined): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a.own === b.own);

/** A report that needs nothing else to be read, or the document with every number; as the command line writes them. */
export type StudyFile = 'report' | 'document';

/** A sentence to be translated where it is shown. */
export interface Said {
  readonly template: string;
  readonly values: ErrorValues;
}

export type ToClerk =
  /** Where the page's files lie, which a worker's own address does not tell. */
  | { readonly type: 'greeting'; readonly assets: string }
  /** Carries out what is left of a stored study. */
  | { readonly type: 'carryOut'; readonly study: string }
  /** Ends that; the cell under way is lost. */
  | { readonly type: 'end' }
  | { readonly type: 'heard'; readonly event: LabEvent }
  | { readonly type: 'look'; readonly ask: number; readonly source: StudySource }
  | { readonly type: 'write'; readonly ask: number; readonly source: StudySource; readonly as: StudyFile };

export type FromClerk =
  | { readonly type: 'send'; readonly request: Request }
  | { readonly type: 'progress'; readonly progress: StudyProgress }
  | { readonly type: 'kept'; readonly study: StoredStudy }
  /** Nothing is left to do, or it was ended, or something went wrong. */
  | { readonly type: 'over'; readonly how: 'finished' | 'ended' | 'failed'; readonly problem?: Said }
  /** Without a view: there is no such study, or it has no finished cell yet. */
  | { readonly type: 'seen'; readonly ask: number; readonly view?: StudyView }
  | { readonly type: 'unseen'; readonly ask: number; readonly problem: Said }
  /** Without a text where the study is gone. */
  | { readonly type: 'written'; readonly ask: number; readonly text?: string }
  | { readonly type: 'unwritten'; readonly ask: number; readonly problem: Said };

/** What a study asks of the lab begins with this; whatever else the lab tells is none of its business. */
const PREFIX = 'study ';

/** Whether a study needs to hear of an event. It goes on cell by cell, so it has no use for checkpoints: tens of megabytes to copy. */
export function isOfStudy(event: LabEvent): boolean {
  if (event.type === 'checkpoint') return false;
  const own = (id: string | undefined): boolean => id?.startsWith(PREFIX) === true;
  return ('requestId' in event && own(event.requestId)) || ('runId' in event && own(event.runId));
}
