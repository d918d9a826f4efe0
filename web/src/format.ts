// How numbers, times and sizes are shown: as the program's commands show them (package units).

export function seconds(s: number | undefined | null): string {
  if (s === undefined || s === null || !Number.isFinite(s)) return "–";
  if (s < 0.1) return `${s.toFixed(2)} s`;
  if (s < 9.95) return `${s.toFixed(1)} s`;
  if (s < 59.5) return `${Math.round(s)} s`;
  const whole = Math.round(s);
  if (whole < 3600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 86400) return pair(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
  const days = Math.floor(whole / 86400);
  return pair(days, days === 1 ? "day" : "days", Math.floor((whole % 86400) / 3600), "h");
}

function pair(n: number, unit: string, m: number, unit2: string): string {
  if (m === 0) return `${n} ${unit}`;
  return `${n} ${unit} ${unit === "h" || unit === "min" ? String(m).padStart(2, "0") : m} ${unit2}`;
}

export function bytes(n: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let at = 0;
  while (n >= 1024 && at < units.length - 1) {
    n /= 1024;
    at++;
  }
  return at === 0 ? `${n} bytes` : `${significant(n, 3)} ${units[at]}`;
}

const grouped = new Intl.NumberFormat("en-US");

export function count(n: number): string {
  return grouped.format(n);
}

/** "1 task", "2,000 tasks". */
export function counted(n: number, one: string, many = one + "s"): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

export function significant(x: number, digits: number): string {
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-4) return x.toExponential(digits - 1).replace("e+", "e");
  return x.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(size))));
}

/** A number of a table: short, and exact if it is short. */
export function number(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : x > 0 ? "∞" : "−∞";
  const exact = String(x);
  return (exact.length <= 7 ? exact : significant(x, 4)).replace("-", "−");
}

export function percent(part: number, whole: number): string {
  if (whole <= 0) return "0 %";
  const p = (100 * part) / whole;
  if (p > 99 && part < whole) return `${(Math.floor(p * 10) / 10).toFixed(1)} %`;
  return p > 0 && p < 9.95 ? `${p.toFixed(1)} %` : `${Math.round(p)} %`;
}

/** "14:05:09" today, "2026-11-30 14:05" on other days; in the browser's time zone. */
export function moment(time: string | undefined | null, now = new Date()): string {
  if (!time) return "–";
  const t = new Date(time);
  if (Number.isNaN(t.getTime()) || t.getFullYear() < 2000) return "–";
  const two = (n: number) => String(n).padStart(2, "0");
  const clock = `${two(t.getHours())}:${two(t.getMinutes())}`;
  if (t.toDateString() === now.toDateString()) return `${clock}:${two(t.getSeconds())}`;
  return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} ${clock}`;
}

/** The first characters of a task's id, which commands take as well. */
export function shortID(id: string): string {
  return id.slice(0, 9);
}
