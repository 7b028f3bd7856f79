/**
 * How commands reach the installation: through the node that runs in this data directory, if one does, else by opening the
 * data directory themselves. Either way they speak the management API, so that there is one way to do each thing.
 */

import { Agent, request } from "undici";
import { Fault } from "../base/fault.ts";
import { withoutSecrets } from "../base/secret.ts";
import { paths, type Config } from "../config.ts";
import { openGateway } from "../gateway.ts";
import { readyDataDirectory } from "./data-directory.ts";

export interface Operator {
  /** Calls the management API and gives its JSON. @throws Fault with the API's own message when it refuses. */
  readonly call: (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object) => Promise<unknown>;
  readonly close: () => Promise<void>;
  /** Is it a running node that answers? */
  readonly isNode: boolean;
}

export async function openOperator(config: Config): Promise<Operator> {
  const socketPath = operatorSocketPath(config);
  return (socketPath === undefined ? undefined : await throughRunningNode(socketPath)) ?? (await overDataDirectory(config));
}

/** Kernels take 103 bytes or a few more, and cut off the rest in silence. */
const socketPathBytesMax = 103;

/** Where the running node listens for commands; undefined when that path is too long for a socket. */
export function operatorSocketPath({ dataDir }: Config): string | undefined {
  const path = paths.operatorSocket(dataDir);
  return Buffer.byteLength(path) > socketPathBytesMax ? undefined : path;
}

async function throughRunningNode(socketPath: string): Promise<Operator | undefined> {
  const dispatcher = new Agent({ connect: { socketPath } });
  const ask = async (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object) => {
    const answer = await request(`http://windrose/api/v1${path}`, {
      dispatcher, method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    return read(answer.statusCode, await answer.body.text());
  };
  try {
    await ask("GET", "/models/count");
  } catch (error) {
    await dispatcher.close();
    if (error instanceof Fault) throw error;
    return undefined;
  }
  return { call: ask, close: () => dispatcher.close(), isNode: true };
}

async function overDataDirectory(config: Config): Promise<Operator> {
  readyDataDirectory(config.dataDir);
  const gateway = await openGateway(config);
  return {
    isNode: false,
    call: async (method, path, body) => {
      const answer = await gateway.operatorApi.fetch(new Request(`http://windrose/api/v1${path}`, {
        method,
        ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      }));
      return read(answer.status, await answer.text());
    },
    close: () => gateway.close(),
  };
}

function read(status: number, text: string): unknown {
  const answer: unknown = text === "" ? {} : JSON.parse(text);
  if (status < 400) return answer;
  const error = isRecord(answer) && isRecord(answer["error"]) ? answer["error"]["message"] : undefined;
  throw new Fault("invalid_request", typeof error === "string" ? withoutSecrets(error) : `The management API answered ${status}.`);
}

export type Row = Readonly<Record<string, unknown>>;

/** The `data` of an answer, as rows. */
export function rowsOf(answer: unknown): readonly Row[] {
  const data = isRecord(answer) ? answer["data"] : undefined;
  return Array.isArray(data) ? data.filter(isRecord) : isRecord(data) ? [data] : [];
}

export function isRecord(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
