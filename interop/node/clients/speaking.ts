// How a program of this group is told what to send, and says what its user gets.
import { createInterface } from "node:readline";

export interface Shown {
  what: string;
  typed: boolean; // whether code and message were read by the library, not by us from a text
  status?: number;
  code?: string;
  message?: string;
  request_id?: string | null;
}

/** Returns a variable of the environment. */
export function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

/** Returns what is shown of a reply that never came: fetch throws a TypeError. */
export function lost(error: unknown): Shown {
  return { what: error instanceof Error ? error.constructor.name : typeof error, typed: true };
}

/** Reads ACTION STREAM a line, has it sent, and prints what came of it. */
export async function loop(send: (action: "START" | "STOP", stream: string) => Promise<Shown>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const [action, stream = ""] = line.split(" ");
    console.log(JSON.stringify(await send(action === "STOP" ? "STOP" : "START", stream)));
  }
}
