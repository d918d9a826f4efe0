// The page: who is there, which view the address names, and whether the server answers.

import "uplot/dist/uPlot.min.css";
import "./style.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Refusal } from "./client";
import { EventsView } from "./events";
import { ErrorBoundary } from "./boundary";
import { seconds } from "./format";
import { ProblemsView, useProblems } from "./problems";
import { begin } from "./session";
import { store, useStore } from "./store";
import { SweepView } from "./sweep";
import { SweepsView } from "./sweeps";
import { TaskView } from "./task";
import { useNow } from "./parts";
import { WorkersView } from "./workers";

interface Place {
  view: string;
  subject: string;
}

function placeOf(hash: string): Place {
  const [view, ...rest] = hash.replace(/^#\/?/, "").split("/");
  try {
    return { view: view || "sweeps", subject: decodeURIComponent(rest.join("/")) };
  } catch {
    return { view: "sweeps", subject: "" };
  }
}

function usePlace(): Place {
  const [place, setPlace] = useState(placeOf(location.hash));
  useEffect(() => {
    const changed = () => setPlace(placeOf(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return place;
}

function App() {
  const place = usePlace();
  const problems = useProblems();
  useEffect(() => {
    store.watch(place.view === "sweep" ? { sweep: place.subject } : place.view === "task" ? { task: place.subject } : {});
    document.title = place.subject ? `${place.subject.slice(0, 40)} – eisweep` : `${place.view} – eisweep`;
    scrollTo(0, 0);
  }, [place]);
  return (
    <>
      <a class="skip" href="#content" onClick={(e) => (e.preventDefault(), document.getElementById("content")?.focus())}>
        Skip to the content
      </a>
      <Header view={place.view} problems={problems?.length ?? 0} />
      <main id="content" tabIndex={-1}>
        <ErrorBoundary key={place.view + place.subject}>
          <Stale />
          <View place={place} problems={problems} />
        </ErrorBoundary>
      </main>
      <Footer />
    </>
  );
}

function View({ place, problems }: { place: Place; problems: ReturnType<typeof useProblems> }) {
  switch (place.view) {
    case "sweep":
      return <SweepView key={place.subject} name={place.subject} />;
    case "task":
      return <TaskView key={place.subject} id={place.subject} />;
    case "workers":
      return <WorkersView />;
    case "events":
      return <EventsView />;
    case "problems":
      return <ProblemsView problems={problems} />;
    default:
      return <SweepsView />;
  }
}

const views = [
  { id: "sweeps", name: "Sweeps", also: ["sweep", "task"] },
  { id: "workers", name: "Workers", also: [] as string[] },
  { id: "events", name: "Events", also: [] as string[] },
  { id: "problems", name: "Problems", also: [] as string[] },
];

function Header({ view, problems }: { view: string; problems: number }) {
  return (
    <header class="top">
      <a class="brand" href="#/sweeps">
        eisweep
      </a>
      <nav aria-label="Views">
        {views.map((v) => (
          <a key={v.id} href={`#/${v.id}`} aria-current={v.id === view || v.also.includes(view) ? "page" : undefined}>
            {v.name}
            {v.id === "problems" && problems > 0 && <span class="badge">{problems}</span>}
          </a>
        ))}
      </nav>
      <Connection />
    </header>
  );
}

function Connection() {
  const { connection, lostAt } = useStore();
  useNow();
  return (
    <p class={`connection ${connection}`} role="status">
      {connection === "connected" && "live"}
      {connection === "connecting" && "connecting…"}
      {connection === "disconnected" && `disconnected for ${seconds((Date.now() - lostAt) / 1000)}, reconnecting…`}
      {connection === "refused" && "The session has ended. Open a new link: eisweep dashboard"}
    </p>
  );
}

/** Says that what is read from files is older than usual. */
function Stale() {
  const { state } = useStore();
  useNow();
  if (!state?.stale_since) return null;
  return (
    <p class="note doubtful" role="status">
      Reading the root directory has taken {seconds(store.since(state.stale_since))} so far. Until it ends, what comes from its files
      (finished sweeps, tables of tasks, logs) is as it was.
    </p>
  );
}

function Footer() {
  const { state } = useStore();
  if (!state) return null;
  const c = state.coordinator;
  return (
    <footer>
      <span>{c.root}</span>
      <span>
        {c.command} on {c.host}, process {c.pid}
      </span>
      <span>eisweep {c.version}</span>
      <a href="notices.txt">Licences of the page’s libraries</a>
    </footer>
  );
}

function Locked({ refusal }: { refusal: Refusal }) {
  return (
    <main class="locked">
      <h1>eisweep</h1>
      <p role="alert">The page is locked: {refusal.message}.</p>
      <p>{refusal.remedy}</p>
    </main>
  );
}

const target = document.getElementById("app")!;

begin().then(
  () => {
    render(<App />, target);
  },
  (error: unknown) => {
    const refusal = error instanceof Refusal ? error : new Refusal(0, "the server cannot be reached", "");
    render(<Locked refusal={refusal} />, target);
  },
);
