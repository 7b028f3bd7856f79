import { Fault } from "../../base/fault.ts";
import type { FinishReason } from "../../wire/chat.ts";
import { asObject, asText, type JsonObject } from "../json.ts";
import { failureOf } from "./failure.ts";

export interface Finish {
  readonly reason: FinishReason;
  readonly native: string;
}

/**
 * How a response ended, which its status says, and of an incomplete one its reason.
 * @throws Fault of a response that failed, was cancelled or has no end: such an answer is not billed, and may be had elsewhere.
 */
export function finishOf(response: JsonObject): Finish {
  const status = asText(response["status"]) ?? "completed";
  switch (status) {
    case "completed":
      return { reason: "stop", native: status };
    case "incomplete": {
      const native = asText(asObject(response["incomplete_details"])?.["reason"]) ?? status;
      return { reason: native === "content_filter" ? "content_filter" : "length", native };
    }
    case "in_progress":
    case "queued":
      throw new Fault("upstream_garbled", "The provider's answer says that it is not finished.");
    default:
      throw failureOf(asObject(response["error"]));
  }
}
