// Who looks at the page, and what they may do.

import { get, post } from "./client";

export interface Session {
  permission: "read" | "control";
  expires: string;
}

let session: Session | null = null;

/** Begins a session with the token of the link, or continues the one of the cookie. */
export async function begin(): Promise<Session> {
  const token = /^#token=([A-Za-z0-9_-]+)$/.exec(location.hash)?.[1];
  if (token) {
    // The token must not stay in the address bar or in the history.
    history.replaceState(null, "", location.pathname);
    session = await post<Session>("/api/session", { token });
  } else {
    session = await get<Session>("/api/session");
  }
  return session;
}

export function mayControl(): boolean {
  return session?.permission === "control";
}
