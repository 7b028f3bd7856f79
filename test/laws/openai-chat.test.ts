import { openaiChat } from "../../src/providers/openai-chat/adapter.ts";
import { recorded } from "../fixtures/recorded.ts";
import { conforms } from "./adapter.ts";

conforms(openaiChat, {
  // The recorded bill is of a sister protocol with the same error envelope.
  fixtures: recorded((fixture) => fixture.wire_format === "openai-chat" || fixture.kind === "error"),
  cannot: {},
});
