// A control: its button, and the dialog that says what will happen before it happens.

import { type ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Effect } from "./api";
import { post, Refusal } from "./client";
import { count } from "./format";

interface Props {
  label: string; // of the button, and the dialog's title
  path: string;
  body: Record<string, unknown>;
  danger?: boolean;
  allowed: boolean; // by the permission
  number?: { name: string; label: string; value: number }; // a field of the body that is asked for
  done?: () => void;
}

export function Action(props: Props) {
  const [open, setOpen] = useState(false);
  if (!props.allowed) return null;
  return (
    <>
      <button type="button" class={props.danger ? "danger" : ""} onClick={() => setOpen(true)}>
        {props.label}…
      </button>
      {open && <Confirmation {...props} close={() => setOpen(false)} />}
    </>
  );
}

type Answer = { effect: Effect } | { refusal: Refusal } | null;

function Confirmation({ label, path, body, danger, number, done, close }: Props & { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [value, setValue] = useState(number?.value ?? 0);
  const [preview, setPreview] = useState<Answer>(null);
  const [result, setResult] = useState<Answer>(null);
  const [busy, setBusy] = useState(false);
  const request = number ? { ...body, [number.name]: value } : body;
  const ask = async (isPreview: boolean): Promise<Answer> => {
    try {
      return { effect: await post<Effect>(path, { ...request, preview: isPreview }) };
    } catch (error) {
      const unreachable = new Refusal(0, "The server cannot be reached.", "The page connects again by itself.");
      return { refusal: error instanceof Refusal ? error : unreachable };
    }
  };
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    let current = true;
    void ask(true).then((answer) => current && setPreview(answer));
    return () => {
      current = false;
    };
  }, [value]);
  const confirm = async () => {
    setBusy(true);
    const answer = await ask(false);
    setBusy(false);
    setResult(answer);
    if (answer && "effect" in answer) done?.();
  };
  const nothing = preview !== null && "effect" in preview && !preview.effect.changed;
  return (
    <dialog ref={dialog} aria-labelledby="action-title" onClose={close}>
      <form method="dialog">
        <h2 id="action-title">{label}</h2>
        {number && !result && (
          <label>
            {number.label}{" "}
            <input type="number" step="1" value={value} onInput={(e) => setValue(Math.round(Number(e.currentTarget.value) || 0))} />
          </label>
        )}
        <div aria-live="polite">
          <Outcome answer={result ?? preview} />
        </div>
        <div class="buttons">
          {!result && (
            <button
              type="button"
              class={danger ? "danger primary" : "primary"}
              disabled={busy || nothing || preview === null || "refusal" in preview}
              onClick={() => void confirm()}
            >
              {label}
            </button>
          )}
          <button type="submit">{result ? "Close" : "Leave as it is"}</button>
        </div>
      </form>
    </dialog>
  );
}

const mostNames = 12;

function Outcome({ answer }: { answer: Answer }): ComponentChildren {
  if (!answer) return <p>Asking the coordinator what will happen…</p>;
  if ("refusal" in answer) {
    return (
      <p class="error">
        {answer.refusal.message} {answer.refusal.remedy}
      </p>
    );
  }
  const { text, details, names, count: affected } = answer.effect;
  return (
    <>
      <p>{text}</p>
      {details?.map((d) => <p key={d}>{d}</p>)}
      {names && names.length > 0 && (
        <ul class="names">
          {names.slice(0, mostNames).map((n) => (
            <li key={n}>{n}</li>
          ))}
          {affected > Math.min(names.length, mostNames) && <li>and {count(affected - Math.min(names.length, mostNames))} more</li>}
        </ul>
      )}
    </>
  );
}
