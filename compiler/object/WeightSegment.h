//===- WeightSegment.h - Write a model's weights behind its code
//-----------===//
//
// The sink that packed weights are streamed into: the last part of the object,
// or a safetensors file beside it. Nothing of it is held in memory. Regions
// never written stay holes of a sparse file and read as zeros.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_WEIGHTSEGMENT_H
#define LLM_COMPILER_OBJECT_WEIGHTSEGMENT_H

#include "compiler/object/OutputFile.h"
#include "compiler/object/SegmentLayout.h"

#include <memory>

namespace llm {

class WeightSegmentWriter {
public:
  /// Starts an object file at `path` from what linkSharedObject made. The
  /// exported symbol must be an ObjectDescriptor (Descriptor.h). The weights
  /// become a segment of the object, or, where `weightsPath` is given, a file
  /// of their own.
  static llvm::Expected<std::unique_ptr<WeightSegmentWriter>>
  create(llvm::StringRef path, llvm::ArrayRef<char> image,
         llvm::StringRef exportedSymbol, uint64_t weightBytes,
         llvm::StringRef weightsPath = {});

  uint64_t size() const { return layout.weightBytes; }

  /// Copies bytes to `offset` of the weights. Any number of threads may write
  /// at once, in any order; of overlapping writes either may win.
  llvm::Error write(uint64_t offset, llvm::ArrayRef<uint8_t> bytes);

  /// Call once, after the last write: fills in both digests, with as many
  /// threads as told, and gives the files their names. Without it, nothing of
  /// them remains.
  llvm::Error finish(unsigned threads);

private:
  WeightSegmentWriter(llvm::SmallVector<char, 0> code, SegmentLayout layout,
                      OutputFile object)
      : code(std::move(code)), layout(layout), object(std::move(object)) {}

  const OutputFile &weightsFile() const { return weights ? *weights : object; }
  llvm::Error sealWeights(unsigned threads);
  llvm::Error sealCode();

  llvm::SmallVector<char, 0> code; ///< the object up to its weights
  SegmentLayout layout;
  OutputFile object;
  std::optional<OutputFile> weights; ///< where they have a file of their own
  uint64_t weightsBegin = 0;         ///< in weightsFile()
};

} // namespace llm

#endif // LLM_COMPILER_OBJECT_WEIGHTSEGMENT_H
