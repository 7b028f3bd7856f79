/** The contract of a surface for a task: what is asked for once and answered once. As pure as the surfaces of conversations. */

import type { Fault } from "../base/fault.ts";
import type { TaskAnswer, TaskName, TaskRequest } from "../wire/task.ts";
import type { AnswerHead, Bill } from "./surface.ts";

export interface TaskSurface<Name extends TaskName = TaskName> {
  readonly name: string;
  readonly task: Name;

  /** @throws Fault invalid_request naming the field and what was expected; unsupported_media_type. */
  parse(body: Uint8Array, contentType: string): TaskRequest<Name>;

  encodeAnswer(whole: WholeTaskAnswer<Name>, request: TaskRequest<Name>): TaskBody;

  encodeFault(fault: Fault, requestId: string): string;
}

export interface WholeTaskAnswer<Name extends TaskName> {
  readonly head: AnswerHead;
  readonly answer: TaskAnswer<Name>;
  readonly bill: Bill;
}

export interface TaskBody {
  readonly mediaType: string;
  readonly body: string | Uint8Array;
}

export function jsonBody(value: object): TaskBody {
  return { mediaType: "application/json", body: JSON.stringify(value) };
}
