// Colours for canvases. States and series use the palette of Okabe and Ito, as the figures do; numbers use viridis. Colour-blind
// people can tell both apart, and every colour also has its name in a legend.

export type State = "done" | "suspect" | "failed" | "running" | "silent" | "queued" | "pending" | "waiting";

/** From the most to the least urgent: a cell of several tasks shows the first that occurs. */
export const states: State[] = ["failed", "silent", "suspect", "running", "queued", "pending", "waiting", "done"];

export const seriesCount = 7;

const viridis: [number, number, number][] = [
  [68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37],
];

/** The colour of a fraction between 0 and 1. */
export function ramp(fraction: number): string {
  const x = Math.min(1, Math.max(0, fraction)) * (viridis.length - 1);
  const at = Math.min(viridis.length - 2, Math.floor(x));
  const [a, b] = [viridis[at]!, viridis[at + 1]!];
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (x - at));
  return `rgb(${mix(0)} ${mix(1)} ${mix(2)})`;
}

const steps = Array.from({ length: 64 }, (_, i) => ramp(i / 63));

/** As ramp, in 64 steps: filling with few colours is faster. */
export function rampStep(fraction: number): string {
  return steps[Math.min(63, Math.max(0, Math.round(fraction * 63)))]!;
}

export interface Theme {
  text: string;
  muted: string;
  line: string;
  surface: string;
  states: string[]; // as states
  series: string[]; // seriesCount of them
}

/** The page's colours as they are now: dark or light. */
export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: of("--text"),
    muted: of("--muted"),
    line: of("--line"),
    surface: of("--surface"),
    states: states.map((s) => of(`--${s}`)),
    series: Array.from({ length: seriesCount }, (_, i) => of(`--series-${i}`)),
  };
}

/** Calls back when the theme changes between dark and light; returns what ends that. */
export function onTheme(changed: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", changed);
  return () => dark.removeEventListener("change", changed);
}
