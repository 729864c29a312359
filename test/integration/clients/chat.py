"""OpenAI's own client against the gateway: prints what it understood, one JSON object. Argument: base URL."""

import json
import os
import sys

import openai

base = sys.argv[1]
client = openai.OpenAI(base_url=base, api_key=os.environ["TOKEN"], max_retries=0)
messages = [{"role": "user", "content": "hi"}]
seen = {}


def refused(call):
    try:
        return repr(call())
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.code, error.type, error.param, error.body.get("message") if isinstance(error.body, dict) else error.body]


seen["models"] = [model.id for model in client.models.list()]
seen["model"] = client.models.retrieve("writer").id
answer = client.chat.completions.create(model="writer", messages=messages)
seen["chat"] = [answer.choices[0].message.content, answer.usage.total_tokens]
seen["stream"] = [chunk.choices[0].delta.content for chunk in client.chat.completions.create(model="writer", messages=messages, stream=True) if chunk.choices]
seen["stream usage"] = [
    chunk.usage.total_tokens
    for chunk in client.chat.completions.create(model="writer", messages=messages, stream=True, stream_options={"include_usage": True})
    if chunk.usage
]
seen["completions"] = client.completions.create(model="writer", prompt="hi").choices[0].text
# Without encoding_format the client asks for base64 and decodes it.
seen["embeddings"] = client.embeddings.create(model="writer", input="hi").data[0].embedding
seen["embeddings of a list"] = len(client.embeddings.create(model="writer", input=["hi", "ho"], encoding_format="float").data)
seen["other model"] = refused(lambda: client.chat.completions.create(model="other", messages=messages))
seen["beyond the schema"] = refused(lambda: client.chat.completions.create(model="writer", messages=messages * 20))
seen["unknown path"] = refused(lambda: client.audio.speech.create(model="writer", input="x", voice="alloy"))
seen["no token"] = refused(lambda: client.with_options(api_key="nonsense").chat.completions.create(model="writer", messages=messages))
seen["forbidden"] = refused(lambda: client.with_options(base_url=base.replace("writer", "secret")).models.list())
seen["too large"] = refused(lambda: client.chat.completions.create(model="writer", messages=[{"role": "user", "content": "x" * 100_000}]))
seen["version"] = refused(lambda: client.with_options(default_headers={"kea-version": "9.9.9"}).chat.completions.create(model="writer", messages=messages))
if len(sys.argv) > 2:
    few = openai.OpenAI(base_url=sys.argv[2], api_key=os.environ["TOKEN"], max_retries=0)
    for _ in range(40):
        seen["too many"] = refused(lambda: few.chat.completions.create(model="few", messages=messages))
        if isinstance(seen["too many"], list):
            break

print(json.dumps(seen, ensure_ascii=False))
