model=$1
case $2 in stream) stream=true ;; *) stream=false ;; esac

curl --fail-with-body --silent --show-error --no-buffer "$WINDROSE_BASE_URL/chat/completions" \
  -H "Authorization: Bearer $WINDROSE_API_KEY" \
  -H "Content-Type: application/json" \
  -H "HTTP-Referer: <YOUR_SITE_URL>" \
  -H "X-Title: <YOUR_SITE_NAME>" \
  -d '{
    "model": "'"$model"'",
    "messages": [
      {
        "role": "user",
        "content": "What is the meaning of life?"
      }
    ],
    "stream": '"$stream"'
  }'
