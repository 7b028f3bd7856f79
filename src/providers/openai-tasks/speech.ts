/** Speech as OpenAI has it: the answer is the sound itself. Source: https://platform.openai.com/docs/api-reference/audio/createSpeech */

import type { ParameterNote } from "../adapter.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { garbled, jsonRequest, passedFields, readAnswer, unsupported } from "../task-json.ts";
import { upstreamFault } from "../upstream-fault.ts";

export const openaiSpeech: TaskAdapter<"speech"> = {
  protocol: "openai-chat",
  task: "speech",
  encodeRequest: (request, target) => {
    const { input, voice, format, speed, references } = request;
    if (references.length > 0) throw unsupported("input_references", "This endpoint has voices of its own alone.");
    const notes: ParameterNote[] = [];
    return jsonRequest(`${target.baseUrl}/audio/speech`, {
      ...passedFields(request, target, notes),
      model: target.upstreamModel,
      input,
      response_format: format,
      ...(voice === undefined ? {} : { voice }),
      ...(speed === undefined ? {} : { speed }),
    }, notes);
  },
  passes: (contentType, { format }) => {
    const isSound = contentType.startsWith("audio/") || contentType.startsWith("application/octet-stream") || contentType.startsWith("binary/");
    return isSound ? speechTypes[format] : undefined;
  },
  decodeResponse: (body) => {
    readAnswer(body);
    throw garbled("is no sound");
  },
  decodeError: upstreamFault,
};

const speechTypes = { mp3: "audio/mpeg", pcm: "audio/pcm" } as const;
