//===- Scheduler.cpp - Many answers in one step ---------------------------===//

#include "runtime/lib/Scheduler.h"

#include "runtime/lib/Guard.h"

#include <algorithm>

using namespace llmrt;

static constexpr size_t kMaxStops = 1024;

Scheduler::Scheduler(Executor &executor) : executor(executor) {
  // A step in the midst of an answer allocates nothing.
  uint32_t batch = executor.limits().batch;
  running.reserve(batch);
  inBatch.reserve(batch);
  withLogits.reserve(batch);
}

//===----------------------------------------------------------------------===//
// From any thread
//===----------------------------------------------------------------------===//

Status Scheduler::copyOptions(const llmrt_request_options &options,
                              Request &request) {
  const ModelFacts &facts = executor.model().facts();
  if (Status status = checkSampling(options.sampling))
    return status;
  if (options.stop_token_count > kMaxStops ||
      options.stop_string_count > kMaxStops)
    return fail(LLMRT_INVALID_ARGUMENT,
                "%zu stop tokens and %zu stop strings are given; at most %zu "
                "of each",
                options.stop_token_count, options.stop_string_count, kMaxStops);
  std::vector<std::string> strings;
  for (size_t index = 0; index < options.stop_string_count; ++index) {
    const char *string = options.stop_strings[index];
    if (!string || !*string)
      return fail(LLMRT_INVALID_ARGUMENT, "stop string %zu is empty", index);
    strings.push_back(string);
  }
  if (!options.no_text) {
    const Tokenizer *tokenizer = executor.model().tokenizer();
    if (!tokenizer)
      return fail(LLMRT_UNSUPPORTED, "the model has no tokenizer, so its "
                                     "answers are ids: set no_text");
    request.text = std::make_unique<TextStream>(*tokenizer, std::move(strings));
  } else if (!strings.empty()) {
    return fail(LLMRT_INVALID_ARGUMENT,
                "stop strings are given together with no_text");
  }
  request.endTokens.assign(options.stop_tokens,
                           options.stop_tokens + options.stop_token_count);
  if (!options.ignore_end)
    request.endTokens.insert(request.endTokens.end(), facts.endTokens,
                             facts.endTokens + facts.endCount);
  request.sampling = options.sampling;
  request.maxTokens = options.max_tokens;
  request.sequence = options.sequence;
  request.callback = options.callback;
  request.user = options.user;
  return LLMRT_OK;
}

Status Scheduler::submit(const int32_t *prompt, size_t count,
                         const llmrt_request_options &options,
                         llmrt_request &id) {
  const EngineLimits &limits = executor.limits();
  uint32_t vocab = executor.model().facts().vocabSize;
  if (!prompt || count == 0)
    return fail(LLMRT_INVALID_ARGUMENT, "the prompt has no token");
  if (count > limits.context)
    return fail(LLMRT_CONTEXT_FULL,
                "the prompt has %zu tokens; the context is %u", count,
                limits.context);
  for (size_t index = 0; index < count; ++index)
    if (uint32_t(prompt[index]) >= vocab)
      return fail(LLMRT_INVALID_ARGUMENT,
                  "token %zu of the prompt is %d; the vocabulary has %u", index,
                  prompt[index], vocab);
  auto request = std::make_unique<Request>();
  if (Status status = copyOptions(options, *request))
    return status;
  uint64_t length =
      options.max_tokens == 0
          ? limits.context
          : std::min<uint64_t>(limits.context, count + options.max_tokens);
  if (!executor.pages().canEverHold(uint32_t(length)))
    return fail(LLMRT_OUT_OF_PAGES,
                "the KV pool cannot hold a prompt of %zu tokens and its "
                "answer; lower max_tokens or raise pool_tokens",
                count);
  request->prompt.assign(prompt, prompt + count);

  std::lock_guard<std::mutex> lock(mutex);
  requests.reserve(requests.size() + 1);
  id = request->id = ++lastId;
  requests.push_back(std::move(request));
  return LLMRT_OK;
}

void Scheduler::cancel(llmrt_request id) {
  std::lock_guard<std::mutex> lock(mutex);
  for (const std::unique_ptr<Request> &request : requests)
    if (request->id == id)
      request->cancelled = true;
}

//===----------------------------------------------------------------------===//
// A step
//===----------------------------------------------------------------------===//

uint32_t Scheduler::step() {
  concludeEnded();
  admitWaiting();
  concludeEnded();
  fillBatch();
  if (!executor.batch().empty())
    runBatch();
  std::lock_guard<std::mutex> lock(mutex);
  return uint32_t(requests.size());
}

/// Gives a request its sequence and pages. Fails with OUT_OF_PAGES or BUSY if
/// it has to wait for them, otherwise for good.
Status Scheduler::admit(Request &request) {
  KVPages &pages = executor.pages();
  const EngineLimits &limits = executor.limits();
  bool isOwn = request.sequence == 0;
  uint32_t slot;
  if (Status status =
          isOwn ? pages.create(slot) : pages.find(request.sequence, slot))
    return status;
  if (!isOwn && pages.isBusy(slot))
    return fail(LLMRT_BUSY, "another request runs on the sequence");
  if (request.prompt.size() > limits.context - pages.length(slot))
    return fail(LLMRT_CONTEXT_FULL,
                "the prompt's %zu tokens do not fit behind the %u that its "
                "sequence holds: the context is %u",
                request.prompt.size(), pages.length(slot), limits.context);
  uint64_t prompted = pages.length(slot) + request.prompt.size();
  uint64_t longest =
      request.maxTokens ? prompted + request.maxTokens : limits.context;
  if (!pages.promise(slot,
                     uint32_t(std::min<uint64_t>(longest, limits.context)))) {
    if (isOwn)
      pages.release(slot);
    return fail(LLMRT_OUT_OF_PAGES, "the KV pool has no pages left for the "
                                    "request and its answer");
  }
  pages.setBusy(slot, true);
  pages.setPromptLength(slot, uint32_t(prompted));
  request.slot = slot;
  request.running = true;
  running.push_back(&request);
  return LLMRT_OK;
}

void Scheduler::admitWaiting() {
  std::lock_guard<std::mutex> lock(mutex);
  bool someoneWaits = false;
  for (const std::unique_ptr<Request> &request : requests) {
    if (running.size() == executor.limits().batch)
      return;
    // Nobody is overtaken, or a long prompt would starve. Who waits for a
    // sequence of the caller's waits for itself.
    if (request->running || (someoneWaits && request->sequence == 0))
      continue;
    Status status = admit(*request);
    // With nothing under way, nothing will be freed.
    bool mayWait = (status == LLMRT_OUT_OF_PAGES || status == LLMRT_BUSY) &&
                   !running.empty();
    if (status && !mayWait)
      request->end(LLMRT_FINISH_FAILED, status);
    someoneWaits |= status == LLMRT_OUT_OF_PAGES;
  }
}

/// Concludes requests that end without a token: cancelled ones, and those that
/// could not be admitted. A callback may submit, so the lock is not held
/// meanwhile and the list is searched anew.
void Scheduler::concludeEnded() {
  for (;;) {
    Request *ended = nullptr;
    {
      std::lock_guard<std::mutex> lock(mutex);
      auto found = std::find_if(
          requests.begin(), requests.end(), [](const auto &request) {
            return request->cancelled || request->finish != LLMRT_RUNNING;
          });
      if (found != requests.end())
        ended = found->get();
    }
    if (!ended)
      return;
    if (ended->finish == LLMRT_RUNNING)
      ended->end(LLMRT_FINISH_CANCELLED, LLMRT_CANCELLED);
    ended->closeText();
    conclude(*ended, -1);
  }
}

/// Frees what the request holds, then delivers its last event.
void Scheduler::conclude(Request &request, int32_t token) {
  KVPages &pages = executor.pages();
  if (request.running) {
    pages.cancelPromise(request.slot);
    pages.setBusy(request.slot, false);
    if (request.sequence == 0)
      pages.release(request.slot);
    running.erase(std::find(running.begin(), running.end(), &request));
  }
  std::unique_ptr<Request> last;
  {
    std::lock_guard<std::mutex> lock(mutex);
    auto found = std::find_if(
        requests.begin(), requests.end(),
        [&](const auto &candidate) { return candidate.get() == &request; });
    last = std::move(*found);
    requests.erase(found);
  }
  last->deliver(token);
}

//===----------------------------------------------------------------------===//
// Rows and tokens
//===----------------------------------------------------------------------===//

void Scheduler::fillBatch() {
  inBatch.clear();
  withLogits.clear();
  // Answers first: they wait for nothing but this token.
  for (Request *request : running)
    if (request->generated != 0)
      addRows(*request, &request->next, 1);
  uint32_t chunk = executor.limits().chunk;
  for (Request *request : running) {
    uint32_t left = uint32_t(request->prompt.size()) - request->evaluated;
    uint32_t rows = std::min({left, chunk, executor.batch().freeRows()});
    if (request->generated != 0 || rows == 0)
      continue;
    addRows(*request, request->prompt.data() + request->evaluated, rows);
    request->evaluated += rows;
    chunk -= rows;
  }
}

void Scheduler::addRows(Request &request, const int32_t *tokens,
                        uint32_t count) {
  // All pages were promised when it was admitted.
  if (Status status = executor.pages().extend(request.slot, count)) {
    request.end(LLMRT_FINISH_FAILED, status);
    return;
  }
  bool promptEnds = request.generated == 0 &&
                    request.evaluated + count == request.prompt.size();
  bool wantsLogits = request.generated != 0 || promptEnds;
  executor.batch().add(executor.pages(), request.slot, tokens, count,
                       wantsLogits);
  inBatch.push_back(&request);
  if (wantsLogits)
    withLogits.push_back(&request);
}

void Scheduler::runBatch() {
  float *logits = executor.logitsBuffer();
  if (Status status = executor.runBatch(logits)) {
    for (Request *request : inBatch)
      request->end(LLMRT_FINISH_FAILED, status);
    concludeEnded();
    return;
  }
  KVPages &pages = executor.pages();
  uint32_t vocab = executor.model().facts().vocabSize;
  for (Request *request : withLogits) {
    int32_t token = -1;
    Status status = executor.sampler().sample(
        request->sampling, logits, pages.tokens(request->slot),
        pages.length(request->slot), request->generated, token);
    logits += vocab;
    if (status)
      request->end(LLMRT_FINISH_FAILED, status);
    else
      request->take(token,
                    pages.length(request->slot) == executor.limits().context);
    if (request->finish != LLMRT_RUNNING)
      conclude(*request, token);
    else
      request->deliver(token);
  }
}
