//===- Engine.h - One engine and who may use it -----------------*- C++ -*-===//

#ifndef LLMRT_LIB_ENGINE_H
#define LLMRT_LIB_ENGINE_H

#include "runtime/lib/Executor.h"
#include "runtime/lib/Scheduler.h"

#include <atomic>
#include <memory>

namespace llmrt {

class Engine {
public:
  static Status create(std::shared_ptr<const Model> model,
                       const llmrt_engine_options &options,
                       std::shared_ptr<Engine> &engine);

  Executor &executor() { return *steps; }
  const Model &model() const { return steps->model(); }
  /// submit() and cancel() may be called by anyone, step() by who is the user.
  Scheduler &scheduler() { return requests; }

  /// Makes the holder the engine's only user, if nobody else is; a callback
  /// that calls back in finds the engine in use as well.
  class User {
  public:
    explicit User(Engine &engine)
        : engine(engine),
          entered(!engine.inUse.exchange(true, std::memory_order_acquire)) {}
    ~User() {
      if (entered)
        engine.inUse.store(false, std::memory_order_release);
    }
    User(const User &) = delete;

    /// Fails with BUSY.
    Status check() const;

  private:
    Engine &engine;
    const bool entered;
  };

private:
  explicit Engine(std::unique_ptr<Executor> executor)
      : steps(std::move(executor)), requests(*steps) {}

  std::unique_ptr<Executor> steps;
  Scheduler requests;
  std::atomic<bool> inUse{false};
};

} // namespace llmrt

#endif // LLMRT_LIB_ENGINE_H
