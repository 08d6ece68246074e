//===- LinearKernel.h - One linear layer, compiled and in memory -*- C++
//-*-===//
//
// A module of one `llm.linear` goes through the stages that every model goes
// through, from "phases" on, and its step runs in this process: the kernels
// timed here are those of a compiled model, not copies of them.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_BENCHMARKS_KERNELS_LINEARKERNEL_H
#define LLM_BENCHMARKS_KERNELS_LINEARKERNEL_H

#include "runtime/lib/cpu/ThreadTeam.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace llm::benchmarks {

struct LinearShape {
  int64_t rows, inFeatures, outFeatures;
  std::string encoding; ///< of the weights, as IR spells it
  std::string input;    ///< element type of the rows: f32, bf16 or i8
};

class LinearKernel {
public:
  /// Null after it printed why. The code is for a step of at most `maxRows`
  /// rows on this machine. The weights are as many matrices as make up
  /// `weightBytes`, at least one, so that a run can go by more memory than
  /// caches hold. `tiles` is that of llm-compile's --tile.
  static std::unique_ptr<LinearKernel>
  create(const LinearShape &shape, int64_t maxRows, uint64_t weightBytes,
         const std::vector<std::string> &tiles);
  virtual ~LinearKernel() = default;

  /// Multiplies all rows by each of the matrices, one step for each.
  virtual void run(llmrt::ThreadTeam &team) = 0;

  virtual int64_t matrices() const = 0;
  /// Of one matrix, as encoded, without padding.
  virtual uint64_t weightBytes() const = 0;
  virtual const std::string &assembly() const = 0;
};

} // namespace llm::benchmarks

#endif // LLM_BENCHMARKS_KERNELS_LINEARKERNEL_H
