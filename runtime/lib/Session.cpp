//===- Session.cpp - One conversation in text -----------------------------===//

#include "runtime/lib/Session.h"

#include <algorithm>
#include <string>

using namespace llmrt;

/// What the session hears of its request while it steps the engine.
struct Session::Answer {
  Session &session;
  llmrt_callback callback; ///< of the caller
  void *user;
  llmrt_event last = {};
};

Status Session::create(std::shared_ptr<Engine> engine,
                       std::unique_ptr<Session> &session) {
  Engine::User user(*engine);
  if (Status status = user.check())
    return status;
  if (!engine->model().tokenizer())
    return fail(LLMRT_UNSUPPORTED, "the model has no tokenizer; a session "
                                   "works on text");
  std::unique_ptr<Session> created(new Session(engine));
  uint32_t slot;
  if (Status status = engine->executor().pages().create(slot)) {
    created->engine = nullptr; // nothing to release
    return status;
  }
  created->slot = slot;
  session = std::move(created);
  return LLMRT_OK;
}

Session::~Session() {
  if (engine)
    engine->executor().pages().release(slot);
}

Status Session::reset() {
  Engine::User user(*engine);
  if (Status status = user.check())
    return status;
  pending = -1;
  return engine->executor().pages().truncate(slot, 0);
}

void Session::cancel() {
  if (llmrt_request request = underWay)
    engine->scheduler().cancel(request);
}

Status Session::generate(std::string_view text,
                         const llmrt_request_options &options,
                         llmrt_result &result) {
  Engine::User user(*engine);
  if (Status status = user.check())
    return status;
  uint32_t held = engine->executor().pages().length(slot);
  std::vector<int32_t> ids;
  if (pending >= 0)
    ids.push_back(pending);
  bool isStart = held == 0 && ids.empty();
  if (Status status = engine->model().encode(text, /*addSpecial=*/isStart,
                                             /*parseSpecial=*/true, ids))
    return status;
  result.reused_tokens = held;
  return answer(ids.data(), ids.size(), options, result);
}

Status Session::chat(const llmrt_message *messages, size_t count,
                     const llmrt_request_options &options,
                     llmrt_result &result) {
  Engine::User user(*engine);
  if (Status status = user.check())
    return status;
  const Model &model = engine->model();
  std::string text;
  if (Status status = model.renderChat(messages, count,
                                       /*addGenerationPrompt=*/true, text))
    return status;
  std::vector<int32_t> ids;
  if (Status status = model.encode(text, /*addSpecial=*/false,
                                   /*parseSpecial=*/true, ids))
    return status;
  uint32_t reused = reusablePrefix(ids);
  KVPages &pages = engine->executor().pages();
  if (pages.truncate(slot, reused)) {
    // Pages behind a window are gone: start over.
    reused = 0;
    if (Status status = pages.truncate(slot, 0))
      return status;
  }
  result.reused_tokens = reused;
  return answer(ids.data() + reused, ids.size() - reused, options, result);
}

/// How many of the ids the sequence holds already; at least one is left to be
/// evaluated, for its logits.
uint32_t Session::reusablePrefix(const std::vector<int32_t> &ids) const {
  const KVPages &pages = engine->executor().pages();
  size_t limit = std::min<size_t>(pages.length(slot), ids.size());
  const int32_t *held = pages.tokens(slot);
  size_t equal =
      size_t(std::mismatch(held, held + limit, ids.begin()).first - held);
  return uint32_t(std::min(equal, std::max<size_t>(ids.size(), 1) - 1));
}

int32_t Session::hear(void *opaque, const llmrt_event *event) {
  Answer &answer = *static_cast<Answer *>(opaque);
  if (event->token >= 0)
    answer.session.pending = event->token;
  answer.last = *event;
  return answer.callback ? answer.callback(answer.user, event) : 0;
}

Status Session::answer(const int32_t *prompt, size_t count,
                       const llmrt_request_options &options,
                       llmrt_result &result) {
  Answer answer{*this, options.callback, options.user};
  llmrt_request_options inner = options;
  inner.sequence = engine->executor().pages().handle(slot);
  inner.no_text = 0;
  inner.callback = hear;
  inner.user = &answer;
  llmrt_request request;
  if (Status status = engine->scheduler().submit(prompt, count, inner, request))
    return status;
  underWay = request;
  while (answer.last.finish == LLMRT_RUNNING)
    engine->scheduler().step();
  underWay = 0;

  result.finish = answer.last.finish;
  result.prompt_tokens = answer.last.prompt_tokens;
  result.generated_tokens = answer.last.generated_tokens;
  return answer.last.status == LLMRT_CANCELLED ? LLMRT_OK : answer.last.status;
}
