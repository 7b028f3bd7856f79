curl --fail-with-body --silent --show-error "$WINDROSE_BASE_URL/chat/completions" \
  -H "Authorization: Bearer $WINDROSE_API_KEY" \
  -H "Content-Type: application/json" \
  -H "HTTP-Referer: <YOUR_SITE_URL>" \
  -H "X-Title: <YOUR_SITE_NAME>" \
  -d '{
    "model": "mistralai/mistral-7b-instruct-v0.1",
    "messages": [
      {
        "role": "user",
        "content": "What is the meaning of life?"
      }
    ]
  }'
