// Placeholder until the expression language lands.
export type Hyper = Readonly<Record<string, number>>;
export interface CompiledObjective { readonly id: string; readonly name: string }
export const objectives: Record<string, CompiledObjective> = {};
