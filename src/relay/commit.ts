/**
 * The commit point. Nothing is sent to the caller until real content arrives: before it, an attempt may fail and the next
 * endpoint take over unseen; after it, the answer belongs to one endpoint and is never spliced with another's.
 */

import { hasContent, type ChatChunk } from "../wire/chat.ts";

export interface CommitGuard {
  /** Passes chunks on, or holds them until one of them has content. */
  readonly push: (chunks: readonly ChatChunk[]) => void;
  /** Ends an answer that ended well: what is still held (an answer with nothing in it) is passed on. */
  readonly flush: () => void;
  /** Forgets what is held: the attempt failed before it committed. */
  readonly drop: () => void;
  readonly isCommitted: () => boolean;
}

/** With `holdsAll` nothing is passed before `flush`: an answer that is to be judged as a whole. */
export function createCommitGuard(pass: (chunks: readonly ChatChunk[]) => void, holdsAll = false): CommitGuard {
  let held: ChatChunk[] = [];
  let isCommitted = false;
  const commit = (chunks: readonly ChatChunk[]): void => {
    // What cannot be told has not been told: the attempt may still fail unheard.
    pass(chunks);
    isCommitted = true;
    held = [];
  };
  return {
    push: (chunks) => {
      if (isCommitted) {
        pass(chunks);
      } else if (!holdsAll && chunks.some((chunk) => chunk.choices.some((choice) => hasContent(choice.delta)))) {
        commit(held.length === 0 ? chunks : [...held, ...chunks]);
      } else {
        held.push(...chunks);
      }
    },
    flush: () => {
      if (held.length > 0) commit(held);
    },
    drop: () => {
      held = [];
    },
    isCommitted: () => isCommitted,
  };
}
