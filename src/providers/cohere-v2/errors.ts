import { Fault } from "../../base/fault.ts";
import { upstreamFault } from "../upstream-fault.ts";

/** 498 is a refusal of the prompt here. Source: https://docs.cohere.com/reference/errors */
const unsafe = 498;

export function decodeError(status: number, headers: Readonly<Record<string, string>>, body: string): Fault {
  if (status !== unsafe) return upstreamFault(status, headers, body);
  const { message, metadata } = upstreamFault(400, headers, body);
  return new Fault("content_policy_violation", message, { metadata });
}
