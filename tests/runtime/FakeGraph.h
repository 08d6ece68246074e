//===- FakeGraph.h - A graph that does what it is told ----------*- C++ -*-===//
//
// Written as generated code behaves: thread 0 executes the graph, the team
// joins its kernels, memory comes from the host. Its first input says what is
// to happen.
//
//   inputs   mode i64[]; x f32[batch, 3]; y:in/put f32[batch], optional;
//            words string[any], optional; parts sequence of i32, optional
//   outputs  sum f32[batch]: of each row of x, with y's and the first weight;
//            again f32[batch, 3]: x itself, not copied;
//            turned string[any]: the words in reverse, then "end" if there are
//            words; turned_parts: the parts in reverse;
//            constant bf16[2], absent without y
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_RUNTIME_FAKEGRAPH_H
#define LLM_TESTS_RUNTIME_FAKEGRAPH_H

#include "runtime/lib/ObjectFormat.h"

/// The graph as part of the test program; its weights are the opener's.
extern "C" const llmrt::ObjectDescriptor llmrt_model_linked_graph;

namespace llmrt::fake {

enum GraphMode : int64_t {
  Compute = 0,
  FailInKernel = 1,   ///< on one thread, and give up behind the kernel
  FailAndGoOn = 2,    ///< the same without giving up
  GiveUp = 3,         ///< between two kernels
  AskForTooMuch = 4,  ///< memory beyond any limit
  LeaveNonsense = 5,  ///< as an output
  LeakAndRelease = 6, ///< many blocks, some of them given back
  Crash = 7,
  Hang = 8,
  LeaveNothing = 10, ///< an output without data
  TakeMemory = 9,    ///< 64 MiB, written to
};

constexpr float kGraphWeight = 0.5f;

} // namespace llmrt::fake

#endif // LLM_TESTS_RUNTIME_FAKEGRAPH_H
