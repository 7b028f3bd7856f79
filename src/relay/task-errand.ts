/** A task given to an endpoint: the request in its dialect, and its answer decoded, or passed on as it comes. */

import { monotonic } from "../base/clock.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { TaskAdapter } from "../providers/task-adapter.ts";
import type { Answered, TaskAnswer, TaskName, TaskRequest } from "../wire/task.ts";
import { createBodyReader, parseJson, type Ending, type Errand, type Reader } from "./attempt.ts";
import type { Passage } from "./passage.ts";

export interface Tasking<Name extends TaskName> {
  readonly request: TaskRequest<Name>;
  readonly endpoint: Endpoint;
  readonly adapter: TaskAdapter<Name>;
  readonly passage: Passage;
}

export function taskErrand<Name extends TaskName>({ request: asked, endpoint, adapter, passage }: Tasking<Name>): Errand<Answered<TaskAnswer<Name>>> {
  const { target } = endpoint;
  const request = withOptions(asked, endpoint);
  return {
    isStream: false,
    encode: () => adapter.encodeRequest(request, target),
    openReader: (headers, ending) => {
      const mediaType = adapter.passes?.(String(headers["content-type"] ?? "").toLowerCase(), request);
      if (mediaType !== undefined) return createPassingReader(mediaType, passage, ending);
      return createBodyReader((body) => {
        ending.answer = adapter.decodeResponse(parseJson(body), request, target);
        ending.firstContentAt = monotonic();
      });
    },
    decodeError: (status, headers, body) => adapter.decodeError(status, headers, body),
  };
}

/** What the caller says to this provider alone. */
function withOptions<Name extends TaskName>(request: TaskRequest<Name>, { provider, tag }: Endpoint): TaskRequest<Name> {
  const options = { ...own(request.options, provider), ...own(request.options, tag) };
  return Object.keys(options).length === 0 ? request : { ...request, extra: { ...request.extra, ...options } };
}

function own(options: TaskRequest["options"], name: string): object | undefined {
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

function createPassingReader(mediaType: string, passage: Passage, ending: Ending<unknown>): Reader {
  return {
    push: (bytes) => {
      ending.firstContentAt ??= monotonic();
      passage.pass(mediaType, bytes);
    },
    end: () => passage.end(),
    isAlive: () => false,
    hasSpoken: () => true,
    isComplete: () => false,
    isEnded: () => false,
    usage: () => undefined,
  };
}
