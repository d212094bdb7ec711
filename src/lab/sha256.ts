// The lab's hashes of data and checkpoints.
export { sha256 } from '../engine/sha256';
