/** What the request parameters mean: the words of the table of parameters. Defaults are OpenAI's; a model's own stand before them. */

export interface ParameterMeaning {
  readonly type: string;
  readonly default?: string;
  readonly range?: string;
  readonly description: string;
}

/** By public name (contract §6.5). What is not listed here is shown by its name alone. */
export const parameterMeanings: Readonly<Record<string, ParameterMeaning>> = {
  max_tokens: { type: "integer", range: "1 or more", description: "The most tokens that the answer may have. It ends there with the finish reason “length”." },
  max_completion_tokens: { type: "integer", range: "1 or more", description: "The newer name of max_tokens; reasoning counts." },
  temperature: { type: "float", default: "1", range: "0 to 2", description: "How freely the next token is drawn: low answers repeat themselves from call to call, high ones vary." },
  top_p: { type: "float", default: "1", range: "0 to 1", description: "Only the likeliest tokens whose probabilities add up to this are drawn from." },
  top_k: { type: "integer", default: "0", range: "0 or more", description: "Only this many of the likeliest tokens are drawn from; 0 is all of them." },
  min_p: { type: "float", default: "0", range: "0 to 1", description: "Tokens less likely than this share of the likeliest one are left out." },
  top_a: { type: "float", default: "0", range: "0 to 1", description: "Tokens less likely than this times the square of the likeliest one's probability are left out." },
  frequency_penalty: { type: "float", default: "0", range: "-2 to 2", description: "Makes tokens less likely each time they have occurred; negative values make them likelier." },
  presence_penalty: { type: "float", default: "0", range: "-2 to 2", description: "Makes tokens less likely once they have occurred, however often." },
  repetition_penalty: { type: "float", default: "1", range: "0 to 2", description: "Divides the likelihood of tokens that occurred in the prompt or the answer; 1 changes nothing." },
  seed: { type: "integer", description: "The same seed and parameters give the same answer, as far as the provider keeps that promise." },
  stop: { type: "array", range: "up to 4 strings", description: "The answer ends before any of these texts." },
  logit_bias: { type: "map", range: "-100 to 100 a token", description: "Adds a number to the likelihood of tokens, by their id in the model's tokenizer." },
  logprobs: { type: "boolean", default: "false", description: "Gives the log probability of each token of the answer." },
  top_logprobs: { type: "integer", range: "0 to 20", description: "Gives the likeliest tokens at each place, this many; needs logprobs." },
  response_format: { type: "map", description: "Makes the answer JSON: any, or one that fits a schema where structured_outputs is taken, too." },
  structured_outputs: { type: "boolean", description: "The answer can be held to a JSON schema, given in response_format." },
  tools: { type: "array", description: "Functions that the model may call, in OpenAI's shape; they are translated for other providers." },
  tool_choice: { type: "string or object", default: "auto", range: "none, auto, required, or a function", description: "Whether the model may, must or must not call a tool, and which." },
  parallel_tool_calls: { type: "boolean", default: "true", description: "Whether the model may call several tools at once." },
  reasoning: { type: "map", description: "How much the model thinks before it answers: effort or max_tokens, and whether the thinking is shown." },
  reasoning_effort: { type: "string", range: "none, minimal, low, medium, high", description: "A shorter way to write reasoning.effort." },
  include_reasoning: { type: "boolean", default: "true", description: "Whether the thinking is in the answer; it is paid for either way." },
  verbosity: { type: "string", default: "medium", range: "low, medium, high", description: "How long the answer is to be." },
  web_search_options: { type: "map", description: "Lets the provider search the web before it answers." },
};
