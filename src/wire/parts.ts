/** The parts of a conversation's messages, edited in place of what they were. */

import type { ContentPart, Message } from "./chat.ts";

/**
 * Calls `edit` with each part and where it stands ("messages[1].content[0]"). Messages of which no part is another afterwards
 * are the same objects, and so is the list when that is true of all.
 */
export async function mapParts(messages: readonly Message[], edit: (part: ContentPart, place: string) => ContentPart | Promise<ContentPart>): Promise<readonly Message[]> {
  const edited = await Promise.all(messages.map(async (message, index) => {
    if (!Array.isArray(message.content)) return message;
    const parts = message.content as readonly ContentPart[];
    const content = await Promise.all(parts.map((part, at) => edit(part, `messages[${index}].content[${at}]`)));
    return content.every((part, at) => part === parts[at]) ? message : { ...message, content };
  }));
  return edited.every((message, index) => message === messages[index]) ? messages : edited;
}
