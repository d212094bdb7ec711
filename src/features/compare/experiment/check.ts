// Why a recipe that is valid as a document still cannot be trained: its own expressions may be wrong.
import { resolveHyper, type CompiledObjective } from '../../../engine/objectives';
import { UserError } from '../../../engine/errors';
import { compileMember as compileRecipeMember, type Member, type Recipe } from '../../../lab/recipe';

/** The member's objective compiled, or the error of its text. */
export function compileMember(member: Member): CompiledObjective | UserError {
  try {
    const { objective, hyper } = compileRecipeMember(member);
    resolveHyper(objective, hyper);
    return objective;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** The first thing that keeps the recipe from being trained; undefined when nothing does. */
export function recipeProblem(recipe: Recipe): UserError | undefined {
  for (const member of recipe.cohort) {
    const compiled = compileMember(member);
    if (compiled instanceof UserError) return compiled;
  }
  return undefined;
}
