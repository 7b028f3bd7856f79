/** The table that a run prints, row by row as the figures come. */

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly bare?: number;
  readonly gateway?: number;
  /** Gateway to bare proxy. */
  readonly ratio?: number;
  readonly target?: { readonly of: "ratio" | "gateway"; readonly most: number };
}

export function printHeading(): void {
  line("", ["bare proxy", "gateway", "ratio", "target", ""]);
}

export function printFigures(figures: readonly Figure[]): void {
  for (const figure of figures) line(figure.name, [amount(figure.bare, figure.unit), amount(figure.gateway, figure.unit), times(figure.ratio), ...verdict(figure)]);
}

function verdict({ target, ratio, gateway, unit }: Figure): [string, string] {
  if (target === undefined) return ["", ""];
  const measured = target.of === "ratio" ? ratio : gateway;
  const bound = target.of === "ratio" ? times(target.most) : `${target.most} ${unit}`;
  return [`≤ ${bound}`, measured !== undefined && measured <= target.most ? "met" : "MISSED"];
}

function amount(value: number | undefined, unit: string): string {
  return value === undefined ? "" : `${Number(value.toPrecision(3))} ${unit}`;
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? "" : `${ratio.toFixed(2)}×`;
}

function line(name: string, cells: readonly string[]): void {
  process.stdout.write(`${name.padEnd(46)}${cells.map((cell) => cell.padStart(12)).join("")}\n`);
}
