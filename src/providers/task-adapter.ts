/** The contract of an adapter for a task: one protocol, one task. As pure as the adapters of conversations. */

import type { Fault } from "../base/fault.ts";
import type { Answered, TaskAnswer, TaskName, TaskRequest } from "../wire/task.ts";
import type { Target, UpstreamRequest } from "./adapter.ts";

export interface TaskAdapter<Name extends TaskName = TaskName> {
  readonly protocol: string;
  readonly task: Name;

  /** @throws Fault unsupported_parameter for what this dialect cannot say and the answer would depend on. */
  encodeRequest(request: TaskRequest<Name>, target: Target): UpstreamRequest;

  /**
   * The media type of a body that is the answer itself, to be passed on as it comes; undefined for one that is to be decoded.
   * Absent where every answer is decoded.
   */
  passes?(contentType: string, request: TaskRequest<Name>): string | undefined;

  /**
   * Decodes the JSON body of a successful answer.
   * @throws Fault when the body is an error in disguise or not an answer (upstream_garbled).
   */
  decodeResponse(body: unknown, request: TaskRequest<Name>, target: Target): Answered<TaskAnswer<Name>>;

  /** As that of a {@link ChatAdapter}. */
  decodeError(status: number, headers: Readonly<Record<string, string>>, body: string): Fault;
}
