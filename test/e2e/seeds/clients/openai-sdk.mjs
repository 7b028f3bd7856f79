import OpenAI from "openai"

const [model, mode] = process.argv.slice(2)

const openai = new OpenAI({
  baseURL: process.env.WINDROSE_BASE_URL,
  apiKey: process.env.WINDROSE_API_KEY,
  defaultHeaders: {
    "HTTP-Referer": "<YOUR_SITE_URL>", // Optional. Site URL for rankings on openrouter.ai.
    "X-Title": "<YOUR_SITE_NAME>", // Optional. Site title for rankings on openrouter.ai.
  }
})

const messages = [{ "role": "user", "content": "What is the meaning of life?" }]

if (mode === "stream") {
  const stream = await openai.chat.completions.create({ model, messages, stream: true })
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? "")
} else {
  const completion = await openai.chat.completions.create({ model, messages })
  process.stdout.write(completion.choices[0].message.content)
}
