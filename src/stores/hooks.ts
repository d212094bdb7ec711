// The stores as hooks, for components. A component that reads through these is drawn again when what it read changes.
import { useStore } from 'zustand';
import { adviceStore, type AdviceState } from './advice';
import { checksStore, type ChecksState } from './checks';
import { datasetsStore, type DatasetsState } from './datasets';
import { viewStore, type ViewState } from './datasetView';
import { deviceStore, type DeviceState } from './device';
import { experimentStore, type ExperimentState } from './experiment';
import { importStore, type ImportState } from './importing';
import { judgeBiasStore, type JudgeBiasState } from './judgeBias';
import { makingStore, type MakingState } from './making';
import { measuringStore, type MeasuringState } from './measuring';
import { noticesStore, type NoticesState } from './notices';
import { opinionStore, type OpinionState } from './opinions';
import { draftStore, type DraftState } from './pairDraft';
import { runsStore, type Run, type RunsState } from './runs';
import { samplesStore, type SamplesState } from './samples';
import { settingsStore, type Settings } from './settings';
import { theoryStore, type TheoryState } from './theory';
import { lossesStore, type LossesState } from './theoryLosses';
import { theoryRunStore, type TheoryRunState } from './theoryRun';
import { lensStore, type TokenLens } from './tokenLens';
import { tokenizerStore, type TokenizerState } from './tokenizer';

export function useRuns<T>(pick: (state: RunsState) => T): T {
  return useStore(runsStore, pick);
}

export function useRun(id: string | undefined): Run | undefined {
  return useRuns((state) => (id === undefined ? undefined : state.runs.find((run) => run.id === id)));
}

export function useCurrentRun(): Run | undefined {
  return useRuns((state) => state.runs.find((run) => run.id === state.currentId));
}

export function useExperiment<T>(pick: (state: ExperimentState) => T): T {
  return useStore(experimentStore, pick);
}

export function useSamples<T>(pick: (state: SamplesState) => T): T {
  return useStore(samplesStore, pick);
}

export function useSettings<T>(pick: (state: Settings) => T): T {
  return useStore(settingsStore, pick);
}

export function useChecks<T>(pick: (state: ChecksState) => T): T {
  return useStore(checksStore, pick);
}

export function useDevice(): DeviceState {
  return useStore(deviceStore);
}

export function useDatasets<T>(pick: (state: DatasetsState) => T): T {
  return useStore(datasetsStore, pick);
}

/** The dataset on screen. */
export function useDataView<T>(pick: (state: ViewState) => T): T {
  return useStore(viewStore, pick);
}

/** The pair in the editor. */
export function useDraft<T>(pick: (state: DraftState) => T): T {
  return useStore(draftStore, pick);
}

export function useImport<T>(pick: (state: ImportState) => T): T {
  return useStore(importStore, pick);
}

/** What the judge of a made dataset prefers. */
export function useJudgeBias<T>(pick: (state: JudgeBiasState) => T): T {
  return useStore(judgeBiasStore, pick);
}

/** The dataset in the making. */
export function useMaking<T>(pick: (state: MakingState) => T): T {
  return useStore(makingStore, pick);
}

/** What the models think of the pair in the editor. */
export function useOpinion<T>(pick: (state: OpinionState) => T): T {
  return useStore(opinionStore, pick);
}

export function useMeasuring(): MeasuringState {
  return useStore(measuringStore);
}

export function useNotices<T>(pick: (state: NoticesState) => T): T {
  return useStore(noticesStore, pick);
}

export function useTokenizer(): TokenizerState {
  return useStore(tokenizerStore);
}

/** The losses that the theory view looks at. */
export function useTheory<T>(pick: (state: TheoryState) => T): T {
  return useStore(theoryStore, pick);
}

/** The run on the theory view's plane, and the pair of it under the lens. */
export function useTheoryRun<T>(pick: (state: TheoryRunState) => T): T {
  return useStore(theoryRunStore, pick);
}

/** Losses that are kept under a name. */
export function useKeptLosses<T>(pick: (state: LossesState) => T): T {
  return useStore(lossesStore, pick);
}

/** The pair that is looked at token by token. */
export function useTokenLens<T>(pick: (state: TokenLens) => T): T {
  return useStore(lensStore, pick);
}

export function useAdvice<T>(pick: (state: AdviceState) => T): T {
  return useStore(adviceStore, pick);
}
