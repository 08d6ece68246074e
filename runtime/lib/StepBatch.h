//===- StepBatch.h - The arguments of one step ------------------*- C++ -*-===//
//
// A step takes rows (tokens) of several sequences at once. The object's
// argument table says by name what it wants; this fills the arrays behind the
// names. An argument that is required but unknown is refused when the engine is
// created, so an object that needs more than this runtime gives never runs
// half-fed.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_STEPBATCH_H
#define LLMRT_LIB_STEPBATCH_H

#include "runtime/lib/KVPages.h"

namespace llmrt {

class StepBatch {
public:
  StepBatch(const ObjectDescriptor &descriptor, const EngineLimits &limits);

  void place(BlockCarver &carver);

  /// Finds the array of each argument. After place() in a block. Fails with
  /// UNSUPPORTED, or BAD_FILE for an argument of another type or shape.
  Status bind();

  void clear();
  bool empty() const { return rows == 0; }
  uint32_t freeRows() const { return limits.rows - rows; }
  uint32_t freeSequences() const { return limits.batch - sequences; }
  uint32_t outputs() const { return outputCount; }

  /// Adds `count` >= 1 rows of one sequence, each sequence at most once, and
  /// wants logits of the last `outputRows` of them. The pages must be there.
  void add(const KVPages &pages, uint32_t slot, const int32_t *ids,
           uint32_t count, uint32_t outputRows);

  /// Fills the block tables and hands out the arguments; logits of the wanted
  /// rows go to `logits`.
  void finish(const KVPages &pages, float *logits, StepContext &context);

  /// The tokens are in the KV: tells the sequences.
  void commit(KVPages &pages) const;

private:
  Status bindOne(const StepArgument &argument, void **value);

  const ObjectDescriptor &descriptor;
  const EngineLimits limits;
  uint32_t columns = 0; ///< of the block tables, at most

  uint32_t rows = 0, sequences = 0, outputCount = 0;
  int64_t dims[size_t(DimSymbol::Count)] = {};
  int32_t *tokens = nullptr, *positions = nullptr, *slots = nullptr;
  int32_t *sequenceIds = nullptr, *sequenceStarts = nullptr;
  int32_t *contextLengths = nullptr, *promptLengths = nullptr;
  int32_t *outputRows = nullptr;
  uint32_t *sequenceSlots = nullptr; ///< the runtime's slot of each sequence
  int32_t *stateTables = nullptr;    ///< of group 0, then of group 1, ...
  void **arguments = nullptr;
  // Entries of `arguments` that differ from step to step; null: not wanted.
  void **logitsArgument = nullptr;
  std::vector<void **> tableArguments; ///< of each group
};

} // namespace llmrt

#endif // LLMRT_LIB_STEPBATCH_H
