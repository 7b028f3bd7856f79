/**
 * Charts for everyone (charts/figure.tsx): arrow keys walk the points of a drawing and have them said, Enter opens what
 * a point leads to, T changes chart and table, the entries of the legend switch series off and on. What is said of a point is its row of
 * the table, so that the two never differ.
 */

import { bar, barsPath, floorsOf, plotHeight } from "../charts/scale.ts";

export function walkCharts(): void {
  document.addEventListener("keydown", (event) => {
    const figure = figureAt(event.target);
    if (figure === null || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "t" || event.key === "T") changeView(figure);
    else if (!walk(figure, event) && !follow(figure, event)) return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const figure = figureAt(event.target);
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-chart-view], [data-switch]") : null;
    if (figure === null || button === null) return;
    if (button.dataset["switch"] === undefined) changeView(figure);
    else switchSeries(figure, button);
  });
  document.addEventListener("pointerover", (event) => {
    const point = event.target instanceof Element ? event.target.closest<SVGElement>("[data-point]") : null;
    const figure = figureAt(point);
    if (figure !== null && point !== null) goTo(figure, Number(point.dataset["point"]));
  });
}

function figureAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-chart]") : null;
}

function tableOf(figure: HTMLElement): HTMLTableElement | null {
  return figure.querySelector(":scope > .chart-data table");
}

/** Was it a key that walks, in a place where it does? */
function walk(figure: HTMLElement, { key, target }: KeyboardEvent): boolean {
  const last = (tableOf(figure)?.tBodies[0]?.rows.length ?? 0) - 1;
  const at = Number(figure.dataset["at"] ?? Number.NaN);
  const next = Number.isNaN(at) ? first(key, last) : moves[key]?.(at, last);
  if (next === undefined || last < 0 || !(target instanceof Element) || !target.matches(".chart-drawing")) return false;
  goTo(figure, Math.min(last, Math.max(0, next)));
  return true;
}

/** Was it Enter at a point that leads somewhere? */
function follow(figure: HTMLElement, { key, target }: KeyboardEvent): boolean {
  const link = tableOf(figure)?.tBodies[0]?.rows[Number(figure.dataset["at"] ?? -1)]?.cells[0]?.querySelector("a");
  if (key !== "Enter" || link === undefined || link === null || !(target instanceof Element) || !target.matches(".chart-drawing")) return false;
  link.click();
  return true;
}

/** Before the first step one stands outside: before the first point, or behind the last. */
function first(key: string, last: number): number | undefined {
  return moves[key] === undefined ? undefined : key === "ArrowLeft" || key === "ArrowDown" || key === "End" ? last : 0;
}

const moves: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowRight: (at) => at + 1, ArrowUp: (at) => at + 1, ArrowLeft: (at) => at - 1, ArrowDown: (at) => at - 1,
  PageUp: (at) => at - 7, PageDown: (at) => at + 7, Home: () => 0, End: (_, last) => last,
};

function goTo(figure: HTMLElement, at: number): void {
  const table = tableOf(figure);
  const cells = [...(table?.tBodies[0]?.rows[at]?.cells ?? [])].map((cell) => cell.textContent);
  const names = [...(table?.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent);
  if (cells.length === 0) return;
  for (const point of figure.querySelectorAll("[data-current]")) point.removeAttribute("data-current");
  for (const point of figure.querySelectorAll(`[data-point="${at}"]`)) point.setAttribute("data-current", "");
  figure.dataset["at"] = String(at);
  const readout = figure.querySelector(".chart-readout");
  if (readout !== null) readout.textContent = `${cells[0]}: ${cells.slice(1).map((cell, index) => `${names[index + 1]} ${cell}`).join(", ")}`;
}

/** The focus goes along where what had it is no longer to be seen. */
function changeView(figure: HTMLElement): void {
  const isTable = figure.dataset["view"] !== "table";
  const [drawing, numbers] = [figure.querySelector<HTMLElement>(".chart-drawing"), figure.querySelector<HTMLElement>(":scope > .chart-data .table-scroll")];
  const hadFocus = (isTable ? [drawing, figure.querySelector(".chart-legend")] : [numbers]).some((part) => part?.contains(document.activeElement) === true);
  figure.dataset["view"] = isTable ? "table" : "chart";
  figure.querySelector(":scope > .chart-data")?.toggleAttribute("open", isTable);
  figure.querySelector("[data-chart-view]")?.setAttribute("aria-pressed", String(isTable));
  if (hadFocus) (isTable ? numbers : drawing)?.focus();
}

function switchSeries(figure: HTMLElement, button: HTMLElement): void {
  const isOn = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(isOn));
  for (const shape of figure.querySelectorAll(`[data-series="${button.dataset["switch"]}"]`)) shape.toggleAttribute("data-off", !isOn);
  figure.toggleAttribute("data-reduced", figure.querySelector('[data-switch][aria-pressed="false"]') !== null);
  stackAgain(figure);
}

/** Bars stand on one another, so that what is above one that goes comes down. */
function stackAgain(figure: HTMLElement): void {
  const bars = figure.querySelector<SVGElement>("[data-bars]");
  const rows = [...(tableOf(figure)?.tBodies[0]?.rows ?? [])];
  if (bars === null) return;
  const max = Number(bars.dataset["bars"]);
  const shapes = [...bars.children];
  const values = shapes.map((shape, key) => rows.map(({ cells }) => (shape.hasAttribute("data-off") ? 0 : Number(cells[key + 1]?.dataset["value"] ?? 0))));
  const floors = floorsOf(values);
  for (const [key, shape] of shapes.entries()) shape.setAttribute("d", barsPath(values[key] ?? [], floors[key] ?? [], max));
  const soFar = figure.querySelector<SVGElement>("[data-so-far]");
  const day = Number(soFar?.dataset["soFar"]);
  const tall = (plotHeight * values.reduce((sum, own) => sum + (own[day] ?? 0), 0)) / max;
  soFar?.setAttribute("d", bar(day, plotHeight - tall, tall));
}
