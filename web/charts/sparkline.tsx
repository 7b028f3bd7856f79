import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";

interface SparklineProps {
  /** "Tokens a day, 30 days" */
  readonly label: string;
  /** Oldest first; gaps stay gaps. */
  readonly values: readonly (number | undefined)[];
  readonly format: (value: number) => string;
}

const width = 60;
const height = 16;

/** A line the size of a word; its lowest, highest and last value are in its name. */
export function Sparkline({ label, values, format }: SparklineProps) {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return <span className="muted">—</span>;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [1.5, width - 2]);
  const y = scaleLinear(low === high ? [low - 1, high + 1] : [low, high], [height - 2, 2]);
  const path = line<number | undefined>().defined((value) => value !== undefined).x((_, index) => x(index)).y((value) => y(value ?? 0)).digits(1)(values) ?? "";
  const last = values.findLastIndex((value) => value !== undefined);
  const lastValue = values[last] ?? 0;
  return (
    <svg className="sparkline" width={width} height={height} role="img" aria-label={`${label}: ${format(low)} to ${format(high)}, last ${format(lastValue)}`}>
      <path className="series-line" d={path} />
      <circle cx={x(last)} cy={y(lastValue)} r="2" className="spark-end" />
    </svg>
  );
}
