// Everything that is wrong, worst first, each with its remedy.

import { useEffect, useState } from "preact/hooks";
import type { Problem, Problems } from "./api";
import { get } from "./client";
import { seconds } from "./format";
import { store, useMessages, useStore } from "./store";

/** The problems as they are now; null until they are known. */
export function useProblems(): Problem[] | null {
  const [problems, setProblems] = useState<Problem[] | null>(null);
  const { connection } = useStore();
  useEffect(() => {
    if (connection !== "connected") return;
    get<Problems>("/api/problems").then((answer) => setProblems(answer.problems ?? []), () => {});
  }, [connection]);
  useMessages("problems", (m) => setProblems(m.problems ?? []), []);
  return problems;
}

export function ProblemsView({ problems }: { problems: Problem[] | null }) {
  return (
    <>
      <h1>Problems</h1>
      {problems === null && <p class="empty">Loading…</p>}
      {problems?.length === 0 && <p class="empty">Nothing is wrong.</p>}
      <ul class="problems">
        {problems?.map((p) => (
          <li key={p.kind + p.subject} class={`panel severity-${p.severity}`}>
            <p>
              <b>{p.severity}</b> {p.text}
            </p>
            {p.remedy && <p class="muted">{p.remedy}</p>}
            {p.since && <p class="muted">For {seconds(store.since(p.since))}.</p>}
          </li>
        ))}
      </ul>
    </>
  );
}
