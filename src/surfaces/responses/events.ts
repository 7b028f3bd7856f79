/** Writes events, numbered from 0: each as an SSE event of its name, with a JSON of its type (contract §3.6). */

import type { Listener } from "./output.ts";

export interface Events extends Listener {
  /** An event about the response, which is given as JSON. */
  readonly tellResponse: (type: string, response: string) => void;
  readonly isBegun: () => boolean;
  /** What was written since the last time. */
  readonly take: () => string;
}

export function openEvents(): Events {
  let written = "";
  let sequenceNumber = 0;
  return {
    tell(type, fields) {
      written += `event: ${type}\ndata: {"type":"${type}","sequence_number":${sequenceNumber++},${JSON.stringify(fields).slice(1)}\n\n`;
    },
    opening,
    tellDelta(begun, delta) {
      written += `${begun}${JSON.stringify(delta)},"sequence_number":${sequenceNumber++}}\n\n`;
    },
    tellResponse(type, response) {
      written += `event: ${type}\ndata: {"type":"${type}","sequence_number":${sequenceNumber++},"response":${response}}\n\n`;
    },
    isBegun: () => sequenceNumber > 0,
    take() {
      const text = written;
      written = "";
      return text;
    },
  };
}

function opening(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields }).slice(0, -1)},"delta":`;
}
