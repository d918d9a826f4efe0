// The table of tasks. Only the rows in view exist as elements; they lie in the flow of the page between two spacers.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { count, shortID } from "./format";
import { label } from "./taskmap";
import { type Column, type Sorting, stateOf, type TaskTable } from "./tasktable";

const rowHeight = 28;
const overscan = 6;

interface Props {
  table: TaskTable;
  version: number;
  rows: Uint32Array;
  sorting: Sorting | null;
  sort: (by: Sorting | null) => void;
}

export function TaskGrid({ table, version, rows, sorting, sort }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ first: 0, visible: 30 });
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const look = () => {
      const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - overscan);
      const visible = Math.ceil(box.clientHeight / rowHeight) + 2 * overscan;
      setView((old) => (old.first === first && old.visible === visible ? old : { first, visible }));
    };
    look();
    box.addEventListener("scroll", look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(box);
    return () => {
      box.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, []);
  const columns = useMemo(() => table.columns.filter((c) => c.name !== "suspect"), [table]);
  const widths = useMemo(() => columns.map(widthOf), [columns, version]);
  const first = Math.min(view.first, Math.max(0, rows.length - view.visible));
  const shown = rows.subarray(first, first + view.visible);
  const below = rows.length - first - shown.length;
  return (
    <div class="grid" ref={scroller} tabIndex={0} role="region" aria-label="Table of tasks">
      <table aria-rowcount={rows.length + 1}>
        <colgroup>
          <col class="c-task" />
          <col class="c-state" />
          {columns.map((c, i) => (
            <col key={c.name} style={{ width: `${widths[i]}ch` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">task</th>
            <Head name="state" unit="" sorting={sorting} sort={sort} />
            {columns.map((c) => (
              <Head key={c.name} name={c.name} unit={c.unit} sorting={sorting} sort={sort} numeric={!c.labels} />
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Spacer height={first * rowHeight} />}
          {Array.from(shown, (row, i) => (
            <Row key={row} table={table} row={row} index={first + i + 2} columns={columns} />
          ))}
          {below > 0 && <Spacer height={below * rowHeight} />}
        </tbody>
      </table>
      {rows.length === 0 && <p class="empty">No task matches.</p>}
      <p class="hidden" aria-live="polite">
        {count(rows.length)} tasks listed
      </p>
    </div>
  );
}

function widthOf(c: Column): number {
  const longest = c.labels ? c.labels.reduce((most, l) => Math.max(most, l.length), 0) : 8;
  return Math.min(26, Math.max(longest, c.name.length + (c.unit ? c.unit.length + 3 : 0) + 2)) + 2;
}

function Spacer({ height }: { height: number }) {
  return (
    <tr class="spacer" aria-hidden="true" style={{ height: `${height}px` }}>
      <td />
    </tr>
  );
}

interface HeadProps {
  name: string;
  unit: string;
  sorting: Sorting | null;
  sort: (by: Sorting | null) => void;
  numeric?: boolean;
}

function Head({ name, unit, sorting, sort, numeric }: HeadProps) {
  const direction = sorting?.by !== name ? "none" : sorting.descending ? "descending" : "ascending";
  const next = () => sort(direction === "descending" ? null : { by: name, descending: direction === "ascending" });
  return (
    <th scope="col" aria-sort={direction} class={numeric ? "number" : ""}>
      <button type="button" class="sort" onClick={next} title={`Sort by ${name}`}>
        {name}
        {unit && <span class="unit"> {unit}</span>}
        <span class="arrow" aria-hidden="true">
          {direction === "none" ? "" : direction === "ascending" ? "▲" : "▼"}
        </span>
      </button>
    </th>
  );
}

interface RowProps {
  table: TaskTable;
  row: number;
  index: number;
  columns: Column[];
}

function Row({ table, row, index, columns }: RowProps) {
  const id = table.ids[row]!;
  const state = stateOf(table, row);
  return (
    <tr aria-rowindex={index}>
      <th scope="row">
        <a href={`#/task/${id}`}>{shortID(id)}</a>
      </th>
      <td>
        <span class={`key state-${state}`}>{state}</span>
      </td>
      {columns.map((c) => (
        <td key={c.name} class={c.labels ? "" : "number"}>
          {label(c, c.values[row]!)}
        </td>
      ))}
    </tr>
  );
}
