//===- SegmentLayout.h - Room for weights in a linked object
//---------------===//
//
// lld links the code before any weight is packed. This adds what a loader, and
// strip and objcopy, must know of the weights: a program header, a section
// header and their place in the descriptor. The bytes come later.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_SEGMENTLAYOUT_H
#define LLM_COMPILER_OBJECT_SEGMENTLAYOUT_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace llm {

/// The weights begin on a huge page, in memory and in the file.
constexpr uint64_t kWeightAlignment = 2 << 20;

/// Below half of what four levels of page tables can map.
constexpr uint64_t kMaxWeightBytes = uint64_t(1) << 46;

enum class WeightPlacement {
  Segment, ///< the last part of the object itself
  OwnFile, ///< a file beside the object (runtime/lib/WeightFile.h)
};

/// Where things lie in the object's file.
struct SegmentLayout {
  uint64_t descriptorOffset; ///< of the exported ObjectDescriptor
  uint64_t weightsOffset;    ///< the file's last part; 0 if it has no weights
  uint64_t weightBytes;
};

/// Tells a linked object, whose exported symbol is an ObjectDescriptor, of its
/// weights. With a segment of its own, `image` becomes the file up to the
/// weights; else, and for a model without weights, no header changes.
llvm::Expected<SegmentLayout> placeWeights(llvm::SmallVectorImpl<char> &image,
                                           llvm::StringRef exportedSymbol,
                                           uint64_t weightBytes,
                                           WeightPlacement placement);

} // namespace llm

#endif // LLM_COMPILER_OBJECT_SEGMENTLAYOUT_H
