// The benchmark's report as a table for people, and its progress as lines; used by both ways of running it.
import type { BackendReport, BenchmarkProgress, BenchmarkReport, SizeReport } from '../src/lab/benchmark/report';
import { sizeNames } from '../src/lab/benchmark/tasks';

const ms = (value: number | null): string => (value === null ? '–' : `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`);
const times = (value: number | null): string => (value === null ? '' : `${value.toFixed(value < 10 ? 2 : 1)}×`);

export function told({ backend, stage, fraction }: BenchmarkProgress): string {
  return `${backend.padEnd(6)} ${stage.padEnd(8)} ${Math.round(100 * fraction)} %`;
}

/** Rows with their columns lined up, the first to the left. */
function lines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '));
}

export function table(report: BenchmarkReport): string {
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${report.runtime} · ${versions.join(' · ')} · ${report.date}`,
    ...[report, ...report.others].flatMap(backendLines),
  ].join('\n');
}

function backendLines(report: BackendReport): string[] {
  const out = ['', report.adapter];
  out.push(...report.notes.map((note) => `  ${note}`));
  out.push(...report.failures.map(({ contender, size, reason }) => `  ${contender} could not be run at ${size}: ${reason}`));
  const sizes = sizeNames.flatMap((name) => (report.sizes[name] ? [{ name, size: report.sizes[name] }] : []));
  for (const { name, size } of sizes) out.push('', ...sizeLines(name, size));
  if (report.policies.length > 0) {
    out.push('', 'Policies trained at once, small size', ...lines([
      ['K', 'a step', 'by K = 1', 'fastest', 'slowest'],
      ...report.policies.map(({ K, ours, timesOne, spread }) => [`${K}`, ms(ours), times(timesOne), ms(spread[0]), ms(spread[1])]),
    ]));
  }
  if (report.sampling) {
    const { promptTokens, tokens, withCache, withoutCache, timesWithout } = report.sampling;
    out.push(
      '',
      `Sampling ${tokens} tokens after ${promptTokens}: ${withCache.toFixed(0)} tokens/s, ` +
        `${withoutCache.toFixed(0)} from the whole prefix each time (${times(timesWithout)})`,
    );
  }
  if (report.kernels.length > 0) {
    const whole = report.kernels.reduce((sum, kernel) => sum + kernel.ms, 0);
    out.push('', `Kernels of one step, ${report.profiled?.size} size, K = ${report.profiled?.policies}, ${report.profiled?.sequences} sequences`, ...lines([
      ['kernel', 'dispatches', 'a step', 'share', 'GFLOP', 'MB', 'GFLOP/s', 'GB/s', 'bound by', 'of its peak'],
      ...report.kernels.map((kernel) => [
        kernel.name, `${kernel.dispatches}`, ms(kernel.ms), `${((100 * kernel.ms) / whole).toFixed(1)} %`,
        (kernel.operations / 1e9).toFixed(4), (kernel.bytes / 1e6).toFixed(2), kernel.gflops.toFixed(2),
        kernel.gigabytesPerSecond.toFixed(2), kernel.bound, `${(100 * kernel.ofPeak).toFixed(0)} %`,
      ]),
    ]));
    if (report.peaks) out.push(`Peaks of this device: ${report.peaks.gflops.toFixed(1)} GFLOP/s, ${report.peaks.gigabytesPerSecond.toFixed(1)} GB/s`);
  }
  return out;
}

function sizeLines(name: string, size: SizeReport): string[] {
  const { model } = size;
  const shape = `${model.num_hidden_layers} layers, width ${model.hidden_size}, vocabulary ${model.vocab_size}`;
  const rows = (['ours', 'stockTfjs', 'jaxJs'] as const).filter((contender) => size[contender] !== null).map((contender) => {
    const counts = size.counts[contender];
    const ratio = contender === 'ours' ? null : contender === 'jaxJs' ? size.timesJaxJs : size.timesStockTfjs;
    return [
      contender, ms(size[contender]), times(ratio), ms(size.spread[contender]![0]), ms(size.spread[contender]![1]),
      ...(counts ? [counts.dispatches, counts.submits, counts.buffersMade, counts.uploadedBytes, counts.readBackBytes].map(String) : Array<string>(5).fill('–')),
    ];
  });
  return [
    `${name}: ${shape}, ${size.sequences} × ${size.tokensPerSequence} tokens, K = ${size.policies}, medians of ${size.rounds} steps in turn; first loss ${size.firstLoss.toFixed(6)}`,
    ...lines([['', 'a step', 'by ours', 'fastest', 'slowest', 'dispatches', 'submits', 'buffers', 'bytes up', 'bytes back'], ...rows]),
  ];
}
