import os
import sys

from openai import OpenAI

model, mode = sys.argv[1:]

client = OpenAI(
  base_url=os.environ["WINDROSE_BASE_URL"],
  api_key=os.environ["WINDROSE_API_KEY"],
)

completion = client.chat.completions.create(
  extra_headers={
    "HTTP-Referer": "<YOUR_SITE_URL>", # Optional. Site URL for rankings on openrouter.ai.
    "X-Title": "<YOUR_SITE_NAME>", # Optional. Site title for rankings on openrouter.ai.
  },
  extra_body={},
  model=model,
  messages=[
    {
      "role": "user",
      "content": "What is the meaning of life?"
    }
  ],
  stream=mode == "stream",
)

if mode == "stream":
  for chunk in completion:
    print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="")
else:
  print(completion.choices[0].message.content, end="")
