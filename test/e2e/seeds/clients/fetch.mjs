const [model, mode] = process.argv.slice(2);

const response = await fetch(`${process.env.WINDROSE_BASE_URL}/chat/completions`, {
  method: "POST",
  headers: {
    "Authorization": `Bearer ${process.env.WINDROSE_API_KEY}`,
    "HTTP-Referer": "<YOUR_SITE_URL>", // Optional. Site URL for rankings on openrouter.ai.
    "X-Title": "<YOUR_SITE_NAME>", // Optional. Site title for rankings on openrouter.ai.
    "Content-Type": "application/json"
  },
  body: JSON.stringify({
    "model": model,
    "messages": [
      {
        "role": "user",
        "content": "What is the meaning of life?"
      }
    ],
    "stream": mode === "stream"
  })
});

const text = await response.text();
if (!response.ok) {
  console.error(text);
  process.exit(1);
}
if (mode === "stream") {
  const lines = text.split("\n").filter((line) => line.startsWith("data: ") && line !== "data: [DONE]");
  for (const line of lines) process.stdout.write(JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? "");
} else {
  process.stdout.write(JSON.parse(text).choices[0].message.content);
}
