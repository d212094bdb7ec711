// Which tokens the two sides of a pair share and which were edited, so that a change of log-probability
// can be told apart by where it happens. Used by the evaluation of a run.

export interface TokenAlignment {
  /** For each token of the chosen side, whether the rejected side has it too, in the same order. */
  readonly chosenShared: boolean[];
  readonly rejectedShared: boolean[];
}

/**
 * Aligns two token sequences by a longest common subsequence. What both begin with and what both end with is always
 * shared, so an end token that both have is, too. Takes time and memory in proportion to the product of the edited lengths.
 */
export function alignTokens(chosen: readonly number[], rejected: readonly number[]): TokenAlignment {
  const chosenShared = new Array<boolean>(chosen.length).fill(false);
  const rejectedShared = new Array<boolean>(rejected.length).fill(false);
  const share = (i: number, j: number): void => {
    chosenShared[i] = true;
    rejectedShared[j] = true;
  };

  // A common beginning and end belong to some longest common subsequence, and leaving them out makes the table small.
  const shorter = Math.min(chosen.length, rejected.length);
  let head = 0;
  while (head < shorter && chosen[head] === rejected[head]) {
    share(head, head);
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && chosen[chosen.length - 1 - tail] === rejected[rejected.length - 1 - tail]) {
    tail += 1;
    share(chosen.length - tail, rejected.length - tail);
  }

  // length[i][j]: the longest common subsequence of what is left from (head + i) and from (head + j) on.
  const rows = chosen.length - head - tail;
  const columns = rejected.length - head - tail;
  const stride = columns + 1;
  const length = new Uint32Array((rows + 1) * stride);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      length[i * stride + j] =
        chosen[head + i] === rejected[head + j]
          ? length[(i + 1) * stride + j + 1]! + 1
          : Math.max(length[(i + 1) * stride + j]!, length[i * stride + j + 1]!);
    }
  }
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (chosen[head + i] === rejected[head + j]) {
      share(head + i, head + j);
      i += 1;
      j += 1;
    } else if (length[(i + 1) * stride + j]! >= length[i * stride + j + 1]!) {
      i += 1;
    } else {
      j += 1;
    }
  }
  return { chosenShared, rejectedShared };
}
