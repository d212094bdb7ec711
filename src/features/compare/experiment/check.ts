// Why a recipe that is valid as a document still cannot be trained: its own expressions may be wrong.
import { ObjectiveError, resolveHyper, type CompiledObjective } from '../../../engine/objectives';
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

/** Where a text is wrong: the character's column and how many, counted in characters people see, at least one. */
export function caretOf(text: string, error: UserError): { readonly column: number; readonly width: number } | undefined {
  if (!(error instanceof ObjectiveError)) return undefined;
  const count = (part: string): number => [...part].length;
  return {
    column: count(text.slice(0, error.position)),
    width: Math.max(1, count(text.slice(error.position, error.position + error.length))),
  };
}
