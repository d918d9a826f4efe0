// The failures of a sweep, by class and by the values of parameters.

import type { FailedClass, FailedOfValues, Failures, Sweep } from "./api";
import { sweepPath } from "./client";
import { count, counted, percent, shortID } from "./format";
import { Failure, useFetched } from "./parts";

export function FailuresView({ s }: { s: Sweep }) {
  const { value, error } = useFetched<Failures>(`${sweepPath(s.sweep)}/failures`, [s.failed, s.suspect]);
  if (!value) return error ? <Failure error={error} /> : <p class="empty">Loading…</p>;
  const classes = value.classes ?? [];
  const parameters = (value.parameters ?? []).filter((p) => p.failed.some((n) => n > 0) || p.suspect.some((n) => n > 0));
  if (classes.length === 0 && parameters.length === 0) return <p class="empty">No task failed.</p>;
  return (
    <>
      {classes.map((c) => (
        <Class key={c.class} c={c} />
      ))}
      <div class="cards">
        {parameters.map((p) => (
          <ByValues key={p.name} p={p} />
        ))}
      </div>
    </>
  );
}

function Class({ c }: { c: FailedClass }) {
  return (
    <section class="panel">
      <header>
        <h2>{c.class}</h2>
        <span class="muted">{counted(c.count, "task")}</span>
        <code>{c.rerun}</code>
      </header>
      <div class="wide" tabIndex={0} role="region" aria-label={`Failures of class ${c.class}`}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">task</th>
              <th scope="col" class="number">
                seed
              </th>
              <th scope="col">error</th>
            </tr>
          </thead>
          <tbody>
            {c.tasks.map((t) => (
              <tr key={t.id}>
                <th scope="row">
                  <a href={`#/task/${t.id}`}>{shortID(t.id)}</a>
                </th>
                <td class="number">{t.seed}</td>
                <td>{t.error}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {c.count > c.tasks.length && <p class="readout">The first {c.tasks.length} are listed.</p>}
    </section>
  );
}

function ByValues({ p }: { p: FailedOfValues }) {
  const shown = p.values.map((value, i) => ({ value, i })).filter(({ i }) => p.tasks[i]! > 0);
  return (
    <section class="panel">
      <header>
        <h2>{p.name}</h2>
      </header>
      <div class="wide short" tabIndex={0} role="region" aria-label={`Failures by ${p.name}`}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">value</th>
              <th scope="col" class="number">
                tasks
              </th>
              <th scope="col" class="number">
                failed
              </th>
              <th scope="col" class="number">
                suspect
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ value, i }) => (
              <tr key={i}>
                <th scope="row">{String(value)}</th>
                <td class="number">{count(p.tasks[i]!)}</td>
                <Share n={p.failed[i]!} of={p.tasks[i]!} tone="bad" />
                <Share n={p.suspect[i]!} of={p.tasks[i]!} tone="doubtful" />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Share({ n, of, tone }: { n: number; of: number; tone: string }) {
  return (
    <td class={`number ${n > 0 ? tone : ""}`}>
      {count(n)} {n > 0 && <small>{percent(n, of)}</small>}
    </td>
  );
}
