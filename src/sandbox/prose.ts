/** The sandbox's way with words: a short answer that quotes the question and says where it comes from. */

import type { Chance } from "../base/clock.ts";
import { pick } from "./draw.ts";
import type { Turn } from "./request.ts";

/** A few paragraphs about the conversation; the same for the same chance. */
export function prose(turns: readonly Turn[], chance: Chance): string {
  const results = resultsOf(turns);
  const asked = lastAsked(turns);
  const paragraphs = results.length > 0
    ? [...results.map((result) => `${result.name} answered: ${result.text}`), pick(conclusions, chance)]
    : [opening(asked, chance), body(asked?.text ?? "", chance)];
  return [...paragraphs, pick(closings, chance)].join("\n\n");
}

/** More of the same, without end: one sentence at a time. */
export function* ramble(chance: Chance): Generator<string> {
  for (;;) yield pick([...beginnings, ...middles, ...endings], chance);
}

/** A few words of thinking aloud, for those who asked to see it. */
export function thoughts(turns: readonly Turn[], chance: Chance): string {
  const words = quote(lastAsked(turns)?.text ?? "", 60);
  return `${words === "" ? "There are no words to go by." : `The question is “${words}”.`} ${pick(considerations, chance)}`;
}

/** The last turn of the user; undefined when there is none. */
export function lastAsked(turns: readonly Turn[]): Turn | undefined {
  return turns.findLast((turn) => turn.role === "user");
}

/** The text on one line, cut after `most` code points. */
export function quote(text: string, most: number): string {
  const line = Array.from(text.slice(0, most * 4).trim().replace(/\s+/g, " "));
  return line.length > most ? `${line.slice(0, most).join("")}…` : line.join("");
}

function opening(asked: Turn | undefined, chance: Chance): string {
  const words = quote(asked?.text ?? "", quoteMax);
  const attachments = asked?.attachments ?? 0;
  const sent = attachments === 0 ? "" : ` I also received ${attachments === 1 ? "one attachment" : `${attachments} attachments`}.`;
  if (words === "") return `You sent no words this time.${sent}`;
  return pick([
    `You asked: “${words}”`,
    `“${words}” is a good place to start.`,
    `Let us look at “${words}” together.`,
    `Here is what comes to mind for “${words}”:`,
  ], chance) + sent;
}

function body(text: string, chance: Chance): string {
  const words = text.slice(0, 4_000).toLowerCase();
  const subject = subjects.find(({ signs }) => signs.some((sign) => words.includes(sign)));
  if (subject !== undefined) return pick(subject.answers, chance);
  return [beginnings, middles, endings].map((sentences) => pick(sentences, chance)).join(" ");
}

const quoteMax = 200;

/** What tools have answered since the user last spoke, with the names of the tools. */
function resultsOf(turns: readonly Turn[]): { readonly name: string; readonly text: string }[] {
  const names = new Map(turns.flatMap((turn) => turn.calls.map((call) => [call.id, call.name] as const)));
  const since = turns.slice(turns.findLastIndex((turn) => turn.role === "user") + 1);
  return since.filter((turn) => turn.role === "tool").map((turn) => ({
    name: names.get(turn.callId ?? "") ?? "The tool",
    text: quote(turn.text, quoteMax),
  }));
}

const subjects: readonly { readonly signs: readonly string[]; readonly answers: readonly string[] }[] = [
  {
    signs: ["meaning of life", "sens de la vie", "sinn des lebens", "sentido de la vida"],
    answers: [
      "People have answered it in many ways: to love and be loved, to understand a little more than yesterday, to leave the place kinder than it was found. A famous machine said 42. The answers agree on one point: it is less something to be found than something to be made, a day at a time.",
      "Aristotle would say it is to flourish, the Stoics to live in accord with nature, and a good neighbour to be of use. Perhaps the meaning is not one thing but a habit: to pay attention, to care for somebody, and to finish what is worth finishing.",
      "No one has settled it, and that may be the gift in it. A life gathers meaning from what it attends to: people, work done well, small wonders, a question kept open. If a number is needed, 42 is traditional.",
    ],
  },
  {
    signs: ["hello", "good morning", "good evening", "bonjour", "hola", "こんにちは", "你好", "привет"],
    answers: [
      "Hello to you too! The lights are on, the stream is flowing, and everything between you and me is in working order.",
      "A warm welcome. Your words arrived whole, and these are travelling back by the same road.",
    ],
  },
  {
    signs: ["poem", "haiku", "poetry"],
    answers: [
      "Here is a small one:\n\nA test in the sand,\neach wave writes the same reply:\nnothing lost but foam.",
      "Here is a small one:\n\nToken by token\nthe answer crosses the wire,\nthen the quiet: done.",
    ],
  },
  {
    signs: ["code", "function", "program", "javascript", "python", "typescript", "sql"],
    answers: [
      "Start from the smallest thing that can work:\n\n```js\nconst greet = (name) => `Hello, ${name}!`;\nconsole.log(greet(\"world\"));\n```\n\nThen give it one test, and let the test tell you what to write next.",
      "Write down first what must be true when it is done; that is the test. Then write the plainest thing that makes it pass:\n\n```python\ndef greet(name):\n    return f\"Hello, {name}!\"\n```",
    ],
  },
];

const beginnings = [
  "A good answer begins with what is known for certain.",
  "It helps to take the question apart before putting an answer together.",
  "There are at least two sides to this, and both deserve a look.",
  "The short answer is that it depends; the longer one is more useful.",
  "Most people begin at the middle of this, so let us begin at the beginning.",
];

const middles = [
  "What matters most is usually the part that changes least.",
  "The details differ from place to place, but the outline stays the same.",
  "One example, followed to its end, teaches more than ten that are only named.",
  "Where two accounts disagree, the older one is often describing something else.",
  "A rough measure taken today is worth more than an exact one taken too late.",
];

const endings = [
  "Take the next small step, look at what it shows, and decide again.",
  "If it still seems difficult, try to explain it to a friend: the gaps will show themselves.",
  "From there, the rest follows with a little patience.",
  "So keep what works, and be ready to let go of the rest.",
  "That is as far as common sense goes; beyond it, measure.",
];

const conclusions = [
  "That settles it, as far as the tools can tell.",
  "So that is the answer, straight from the tool.",
  "With that, there is enough to go on.",
];

const considerations = [
  "The sandbox does not think, but it can show how thinking looks: first what is asked, then what is known, then a plain answer.",
  "First find what would count as an answer, then say it shortly. The sandbox will do so, with words prepared beforehand.",
];

const closings = [
  "This is the sandbox speaking: the words are simulated, the road they travelled is real.",
  "Written by the sandbox: no model was called, and the same request always reads the same.",
  "You are in the sandbox, where answers cost nothing and mean no harm.",
];
