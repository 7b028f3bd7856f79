/** Steps 1 to 3 of the walk for the routes of tasks, then the relay; and the relay's `TaskReply` over a node:http response. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { TaskReply } from "../relay/passage.ts";
import { performOrRecall } from "../relay/task-answer.ts";
import type { TaskSurface } from "../surfaces/task-surface.ts";
import type { TaskName } from "../wire/task.ts";
import { attributionOf } from "./attribution.ts";
import { cacheWishesOf, originHeaders } from "./cache-headers.ts";
import { crossOriginHeaders, onHangUp, readAuthorized, wantsMetadata, withSession, type InferenceDeps } from "./inference.ts";

export interface TaskHttpRequest<Name extends TaskName> {
  readonly surface: TaskSurface<Name>;
  readonly requestId: string;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers one request. Rejects with a Fault as long as nothing has been sent. */
export async function answerTask<Name extends TaskName>(deps: InferenceDeps, { surface, requestId, message, response }: TaskHttpRequest<Name>): Promise<void> {
  const { key, body } = await readAuthorized(deps, message);
  const request = withSession(surface.parse(body, (message.headers["content-type"] ?? "").trim()), message.headers["x-session-id"]);
  const headers = ["x-request-id", requestId, ...crossOriginHeaders(message)];
  await performOrRecall(deps, {
    call: {
      requestId, surface, request, key,
      wantsMetadata: wantsMetadata(message),
      app: attributionOf(message.headers),
      sandboxDirectives: undefined,
      reply: replyOver(response, headers),
    },
    body, wishes: cacheWishesOf(message.headers),
    onOrigin: (origin) => headers.push(...originHeaders(origin)),
  });
}

function replyOver(response: ServerResponse, common: readonly string[]): TaskReply {
  return {
    start: (generationId, mediaType) => void response.writeHead(200, [...common, "x-generation-id", generationId, "content-type", mediaType, "cache-control", "no-store"]),
    write: (bytes) => response.write(bytes),
    end: () => void response.end(),
    whole: (generationId, { mediaType, body }) => {
      response.writeHead(200, [
        ...common, "x-generation-id", generationId, "content-type", mediaType, "cache-control", "no-store", "content-length", String(Buffer.byteLength(body)),
      ]);
      response.end(body);
    },
    onDrain: (listener) => void response.on("drain", listener),
    drop: () => void response.destroy(),
    onHangUp: (listener) => onHangUp(response, listener),
  };
}
