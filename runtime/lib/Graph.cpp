//===- Graph.cpp - Tensors in, tensors out --------------------------------===//

#include "runtime/lib/Graph.h"

#include "runtime/lib/EngineLimits.h"

#include <algorithm>

#include <unistd.h>

using namespace llmrt;

/// Three quarters of the machine's memory.
static uint64_t defaultMemoryLimit() {
  return uint64_t(sysconf(_SC_PHYS_PAGES)) * uint64_t(sysconf(_SC_PAGESIZE)) /
         4 * 3;
}

Graph::Graph(std::shared_ptr<const Model> model, uint64_t memoryLimit)
    : compiled(std::move(model)), inputs(compiled->descriptor()),
      outputs(compiled->descriptor().graphArgumentCount - inputs.size()),
      memory(std::make_shared<CallMemory>(memoryLimit ? memoryLimit
                                                      : defaultMemoryLimit())) {
}

Status Graph::create(std::shared_ptr<const Model> model,
                     const llmrt_graph_options &options,
                     std::unique_ptr<Graph> &graph) {
  if (!model->isGraph())
    return fail(LLMRT_UNSUPPORTED,
                "the model '%s' is a decoder, which takes and gives tokens, "
                "not a graph of tensors: it runs by llmrt_engine_create",
                model->descriptor().name);
  uint32_t threads;
  if (Status status = resolveThreads(options.threads, threads))
    return status;
  const CpuLevel &level = model->level();
  std::unique_ptr<Graph> created(
      new Graph(std::move(model), options.memory_limit));
  // A mapping is of one byte at least.
  if (Status status =
          MappedRegion::allocate(std::max<uint64_t>(level.arenaBytes, 1),
                                 /*huge=*/false, created->arena))
    return status;
  if (Status status = MappedRegion::allocate(
          std::max<uint64_t>(level.scratchBytes * threads, 1), /*huge=*/false,
          created->scratch))
    return status;
  if (Status status =
          ThreadTeam::create(threads, ThreadTeam::Work::Graphs, created->team))
    return status;
  graph = std::move(created);
  return LLMRT_OK;
}

Status Graph::run(const llmrt_input *given, size_t count,
                  llmrt_results *&results) {
  if (inUse.exchange(true, std::memory_order_acquire))
    return fail(LLMRT_BUSY, "another thread runs the graph; a graph serves one "
                            "thread at a time");
  // However the call ends, its memory goes back.
  struct Leave {
    Graph &graph;
    ~Leave() {
      graph.memory->recycle(graph.memory->endCall());
      graph.inUse.store(false, std::memory_order_release);
    }
  } leave{*this};
  return runAlone(given, count, results);
}

Status Graph::runAlone(const llmrt_input *given, size_t count,
                       llmrt_results *&results) {
  if (Status status = inputs.bind(given, count, *memory))
    return status;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const GraphArgument &declared =
        compiled->descriptor().graphArguments[inputs.size() + i];
    outputs[i] = {};
    outputs[i].kind = declared.kind;
    outputs[i].type = declared.type;
    outputs[i].rank = declared.rank == kAnyRank ? 0 : declared.rank;
  }
  StepContext context = {};
  context.weights = compiled->weights();
  context.arena = arena.data();
  context.scratch = scratch.data();
  context.graphInputs = inputs.values();
  context.graphOutputs = outputs.data();
  if (Status status = team->runGraph(compiled->level().step, context, *memory))
    return status;
  return takeResults(outputs.data(), outputs.size(), compiled, memory, results);
}
