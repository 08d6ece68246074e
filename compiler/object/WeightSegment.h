//===- WeightSegment.h - Write a model's weights behind its code
//-----------===//
//
// The sink that packed weights are streamed into. The file is built under a
// temporary name beside its destination and appears under its own name whole or
// not at all. Regions never written stay holes of a sparse file and read as
// zeros.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_WEIGHTSEGMENT_H
#define LLM_COMPILER_OBJECT_WEIGHTSEGMENT_H

#include "compiler/object/SegmentLayout.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/FileSystem.h"

#include <memory>
#include <optional>
#include <string>

namespace llm {

class WeightSegmentWriter {
public:
  /// Starts an object file at `path` from what linkSharedObject made. The
  /// exported symbol must be an ObjectDescriptor (Descriptor.h).
  static llvm::Expected<std::unique_ptr<WeightSegmentWriter>>
  create(llvm::StringRef path, llvm::ArrayRef<char> image,
         llvm::StringRef exportedSymbol, uint64_t weightBytes);

  /// Drops the file unless finish() succeeded.
  ~WeightSegmentWriter();

  uint64_t size() const { return layout.weightBytes; }

  /// Copies bytes to `offset` of the segment. Any number of threads may write
  /// at once, in any order; of overlapping writes either may win.
  llvm::Error write(uint64_t offset, llvm::ArrayRef<uint8_t> bytes);

  /// Call once, after the last write: fills in both digests, with as many
  /// threads as told, and gives the file its name.
  llvm::Error finish(unsigned threads);

private:
  WeightSegmentWriter(std::string path, llvm::SmallVector<char, 0> head,
                      SegmentLayout layout, llvm::sys::fs::TempFile file);

  llvm::Error fault(const llvm::Twine &what, int errorNumber) const;
  llvm::Error sealWeights(unsigned threads);
  llvm::Error sealCode();

  std::string path;
  llvm::SmallVector<char, 0> head; ///< the file up to the weights
  SegmentLayout layout;
  std::optional<llvm::sys::fs::TempFile> file; ///< empty once finished
};

} // namespace llm

#endif // LLM_COMPILER_OBJECT_WEIGHTSEGMENT_H
