//===- Request.cpp - A prompt being answered ------------------------------===//

#include "runtime/lib/Request.h"

#include "runtime/lib/Guard.h"

#include <algorithm>

using namespace llmrt;

void Request::take(int32_t token, bool sequenceIsFull) {
  next = token;
  ++generated;
  bool isEnd =
      std::find(endTokens.begin(), endTokens.end(), token) != endTokens.end();
  if (text) {
    text->clear();
    if (!isEnd) // an end token is no part of the text
      text->push(token);
  }
  if (isEnd)
    end(LLMRT_FINISH_END);
  else if (text && text->stopped())
    end(LLMRT_FINISH_STOP);
  else if (generated == maxTokens)
    end(LLMRT_FINISH_LENGTH);
  else if (sequenceIsFull)
    end(LLMRT_FINISH_CONTEXT);
  if (text && finish != LLMRT_RUNNING)
    text->finish();
}

void Request::closeText() {
  if (!text)
    return;
  text->clear();
  guarded([&] { // it ends anyhow; the rest of its text may be lost
    text->finish();
    return LLMRT_OK;
  });
}

void Request::deliver(int32_t token) {
  if (!callback)
    return;
  std::string_view piece = text ? text->text() : std::string_view();
  llmrt_event event = {};
  event.request = id;
  event.token = token;
  event.text = piece.data();
  event.text_bytes = piece.size();
  event.finish = finish;
  event.status = status;
  event.prompt_tokens = evaluated;
  event.generated_tokens = generated;
  int32_t answer = 1;
  guarded([&] { // a callback in C++ that throws ends its request only
    answer = callback(user, &event);
    return LLMRT_OK;
  });
  if (answer != 0)
    cancelled = true;
}
