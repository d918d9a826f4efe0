// Requests to the server, and what became of them.

/** An answer that is not a success. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

async function answer<T>(response: Response): Promise<T> {
  const body: unknown = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : null;
  if (response.ok) return body as T;
  const { error, remedy } = (body ?? {}) as { error?: string; remedy?: string };
  throw new Refusal(response.status, error ?? `The server answered ${response.status} ${response.statusText}.`, remedy ?? "");
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(await fetch(path, { signal: signal ?? null, headers: { Accept: "application/json" } }));
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  return answer<T>(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

export const sweepPath = (sweep: string) => `/api/sweeps/${encodeURIComponent(sweep)}`;
export const taskPath = (id: string) => `/api/tasks/${encodeURIComponent(id)}`;
