// The re-enactment as a hook; apart from hooks.ts, so that no other page loads what stands behind it.
import { useStore } from 'zustand';
import { studyStore, type StudyState } from './study';

export function useStudy<T>(pick: (state: StudyState) => T): T {
  return useStore(studyStore, pick);
}
