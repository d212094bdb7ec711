// Policies of stored runs as models that a recipe may start from: a second round. The training worker forgets them when it ends,
// so each is given to it again, from the run's checkpoint, whenever a run is to begin from it or to be put on the device.
import { UserError } from '../engine/errors';
import { parseConfigJson } from '../engine/model/configJson';
import { fetchAssets, loadJson, modelFile, shippedModels, type AssetLoader } from '../lab/assets';
import type { Made } from '../lab/making/provenance';
import type { LabEvent, Request, RunCheckpoint } from '../lab/protocol';
import type { Weights } from '../engine/model/config';
import { sentenceOf } from './notices';
import type { Lab, Shelf } from './services';

export interface OwnModel {
  readonly runId: string;
  /** Place on the run's policy axis. */
  readonly policy: number;
  /** The step of the parameters. */
  readonly step: number;
}

/** How a recipe names a policy of a run. */
export const ownModel = ({ runId, policy, step }: OwnModel): string => `own:${runId}/${policy}/${step}`;

/** The policy that a recipe's model is; undefined where it is none. */
export function parseOwnModel(model: string): OwnModel | undefined {
  const [, runId, policy, step] = /^own:([^/]+)\/(\d{1,2})\/(\d{1,9})$/.exec(model) ?? [];
  return runId === undefined ? undefined : { runId, policy: Number(policy), step: Number(step) };
}

/** The model whose answers a dataset was made of, as a recipe names it. */
export const modelOfMade = ({ model }: Pick<Made, 'model'>): string =>
  typeof model === 'string' ? model : ownModel({ runId: model.run, policy: model.policy, step: model.step });

/** One policy's parameters of a checkpoint, without its moments. */
export function policyTensors({ tensors }: RunCheckpoint, policy: number): Weights['tensors'] {
  const parameters = Object.entries(tensors).filter(([name]) => !/^adam_[mv]\//.test(name));
  return Object.fromEntries(
    parameters.map(([name, { shape, data }]) => {
      const size = data.length / shape[0]!;
      return [name, { shape: shape.slice(1), data: data.slice(policy * size, (policy + 1) * size) }];
    }),
  );
}

type Starting = Extract<Request, { type: 'train' | 'load' }>;

let count = 0;

/** @param load gives the shipped files; by default those of where the page is served. */
export function withOwnModels(lab: Lab, shelf: Pick<Shelf, 'loadCheckpoint'>, load?: AssetLoader): Lab {
  const listeners = new Set<(event: LabEvent) => void>();
  /** What was asked while a model is given to the worker: all of it comes after the run that waits for that. */
  let later: Request[] | undefined;
  const tell = (event: LabEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };
  lab.subscribe(tell);

  async function weightsOf({ runId, policy, step }: OwnModel): Promise<Weights> {
    const checkpoint = await shelf.loadCheckpoint(runId);
    const policies = Object.values(checkpoint?.tensors ?? {})[0]?.shape[0] ?? 0;
    if (checkpoint?.step !== step || policy >= policies) {
      throw new UserError('The policy that this recipe starts from is no longer stored: its run was deleted here, or has gone on since. Nothing was changed; choose another model to start from.');
    }
    const config = parseConfigJson(await loadJson(load ?? fetchAssets(document.baseURI), modelFile(shippedModels[0], 'config.json')));
    return { config, tensors: policyTensors(checkpoint, policy) };
  }

  function adopt(model: string, from: Weights): Promise<void> {
    const requestId = `own-${++count}`;
    return new Promise((resolve, reject) => {
      const leave = lab.subscribe((event) => {
        if (!('requestId' in event) || event.requestId !== requestId) return;
        leave();
        if (event.type === 'failed') reject(new UserError(event.template, event.values));
        else resolve();
      });
      lab.send({ type: 'adopt', requestId, model, from });
    });
  }

  async function start(request: Starting, own: OwnModel): Promise<void> {
    const { runId } = request;
    later = [];
    try {
      await adopt(request.recipe.model, await weightsOf(own));
      lab.send(request);
    } catch (error) {
      const { template, values } = sentenceOf(error);
      tell({ type: 'failed', runId, message: new UserError(template, values).message, template, values });
      if (request.type === 'train') tell({ type: 'state', runId, state: 'failed', step: request.resume?.step ?? 0 });
    } finally {
      const asked = later;
      later = undefined;
      // One of them may have to wait for a model too.
      for (const one of asked) send(one);
    }
  }

  function send(request: Request): void {
    const own = request.type === 'train' || request.type === 'load' ? parseOwnModel(request.recipe.model) : undefined;
    if (later !== undefined) later.push(request);
    else if (own !== undefined) void start(request as Starting, own);
    else lab.send(request);
  }

  return {
    send,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
