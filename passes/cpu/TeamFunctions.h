//===- TeamFunctions.h - How threads meet and share tiles ------*- C++ -*-===//

#ifndef LLM_PASSES_CPU_TEAMFUNCTIONS_H
#define LLM_PASSES_CPU_TEAMFUNCTIONS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llm {

/// Adds `@team_barrier(context)`, `@team_claim(context, total) -> (first, end)`
/// and what these and graphs wait with, `@team_wake(context, word)` and
/// `@team_await(context, word, seen)`, to the module, in the LLVM dialect. They
/// speak TeamSync's protocol (runtime/lib/ObjectFormat.h).
mlir::LogicalResult addTeamFunctions(mlir::ModuleOp module);

/// The number of threads that a StepContext says.
mlir::Value teamSize(mlir::ImplicitLocOpBuilder &b, mlir::Value context);

/// Adds what the thread that runs a graph, and those that join its kernels,
/// call: `@graph_launch(context, kernel, closure, tiles, work)`,
/// `@graph_claim(context, thread)`,
/// `@graph_allocate(context, bytes) -> pointer`,
/// `@graph_release(context, pointer)`, `@graph_abandon(context, message)` and
/// `@graph_fail(context, message)`.
mlir::LogicalResult addGraphFunctions(mlir::ModuleOp module);

} // namespace llm

#endif // LLM_PASSES_CPU_TEAMFUNCTIONS_H
