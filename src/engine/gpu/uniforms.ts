// Memory for the small uniform structs of recorded dispatches. It lies in a few large buffers, so that a run that meets
// another batch shape records it without asking the device for a buffer.

/** Where the structs of one plan lie; offsets in bytes. */
export interface PlacedUniforms {
  readonly buffer: GPUBuffer;
  readonly offsets: readonly number[];
  /** Gives the place back; commands that were submitted before still see what was there. */
  free(): void;
}

export interface Uniforms {
  /** Places one struct of u32 fields for each list. */
  place(structs: readonly (readonly number[])[]): PlacedUniforms;
  dispose(): void;
}

/** Some forty plans of a training step. */
const CHUNK_BYTES = 2 ** 20;

interface Chunk {
  readonly buffer: GPUBuffer;
  used: number;
  plans: number;
}

export function createUniforms(device: GPUDevice): Uniforms {
  const align = device.limits.minUniformBufferOffsetAlignment;
  const chunks: Chunk[] = [];

  return {
    place(structs) {
      const spans = structs.map((fields) => Math.max(1, Math.ceil((4 * fields.length) / align)) * align);
      const bytes = spans.reduce((sum, span) => sum + span, 0);
      let chunk = chunks.find(({ buffer, used }) => buffer.size - used >= bytes);
      if (!chunk) {
        const size = Math.max(CHUNK_BYTES, bytes);
        chunk = { buffer: device.createBuffer({ size, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST }), used: 0, plans: 0 };
        chunks.push(chunk);
      }
      const { buffer, used: start } = chunk;
      const data = new Uint32Array(bytes / 4);
      let at = 0;
      const offsets = structs.map((fields, i) => {
        const offset = at;
        data.set(fields, offset / 4);
        at += spans[i]!;
        return start + offset;
      });
      // Writes are in order with submits: plans that are gone by now were run before this reaches their place.
      if (bytes > 0) device.queue.writeBuffer(buffer, start, data);
      chunk.used += bytes;
      chunk.plans += 1;
      const held = chunk;
      return {
        buffer,
        offsets,
        free() {
          held.plans -= 1;
          if (held.plans === 0) held.used = 0;
        },
      };
    },
    dispose() {
      for (const { buffer } of chunks) buffer.destroy();
      chunks.length = 0;
    },
  };
}
