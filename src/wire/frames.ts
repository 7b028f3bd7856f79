/** The ways in which a stream of events is cut into them. Whatever the way, what comes out are events with a name and text. */

import { createAwsEventParser } from "./aws-eventstream.ts";
import { createSseParser, textLimits, type SseEvent, type SseLimits } from "./sse.ts";

export type Framing = "sse" | "aws-eventstream";

/** What the content-type of such a stream holds. */
export const mediaTypes: Readonly<Record<Framing, string>> = { sse: "text/event-stream", "aws-eventstream": "application/vnd.amazon.eventstream" };

export interface FrameParser {
  /**
   * The events that these bytes complete. Bytes may be cut anywhere.
   * @throws Fault upstream_garbled past a cap and for bytes that make no sense, after the events before them were given.
   */
  push(bytes: Uint8Array): SseEvent[];
  /** The event that was still open when the bytes ended, where the framing lets that be one. */
  end(): SseEvent[];
}

/** A parser for one stream. */
export function createFrameParser(framing: Framing = "sse", limits: SseLimits = textLimits): FrameParser {
  return framing === "sse" ? createSseParser(limits) : createAwsEventParser(limits.eventBytesMax);
}
