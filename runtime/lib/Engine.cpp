//===- Engine.cpp - One engine and who may use it -------------------------===//

#include "runtime/lib/Engine.h"

using namespace llmrt;

Status Engine::create(std::shared_ptr<const Model> model,
                      const llmrt_engine_options &options,
                      std::shared_ptr<Engine> &engine) {
  EngineLimits limits;
  if (Status status = resolveLimits(model->facts(), options, limits))
    return status;
  std::unique_ptr<Executor> executor;
  if (Status status = Executor::create(std::move(model), limits, executor))
    return status;
  engine.reset(new Engine(std::move(executor)));
  return LLMRT_OK;
}

Status Engine::User::check() const {
  if (entered)
    return LLMRT_OK;
  return fail(LLMRT_BUSY, "another call is using the engine: it serves one "
                          "thread at a time, and no callback of its own");
}
