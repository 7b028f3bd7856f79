import { usageView } from "../usage.ts";
import type { ImageRequest } from "../../wire/image.ts";
import { jsonBody, type TaskBody, type WholeTaskAnswer } from "../task-surface.ts";

/** Who asked for a stream gets one: of whole pictures, because no more is known before they are done. */
export function encodeAnswer({ head: { created }, answer, bill }: WholeTaskAnswer<"image">, { stream }: ImageRequest): TaskBody {
  const pictures = answer.images.map(({ base64, mediaType }) => ({ b64_json: base64, media_type: mediaType }));
  const usage = usageView(bill);
  if (!stream) return jsonBody({ created, data: pictures, usage });
  const events = pictures.map((picture, index) => ({ type: "image_generation.completed", ...picture, created, usage: index === pictures.length - 1 ? usage : undefined }));
  return { mediaType: "text/event-stream", body: `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n` };
}
