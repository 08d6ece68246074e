//===- GraphCheck.h - Is a table of graph arguments one to run? -*- C++ -*-===//
//
// The part of ObjectCheck.h that is about ObjectDescriptor::graphArguments.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_GRAPHCHECK_H
#define LLMRT_LIB_GRAPHCHECK_H

#include "runtime/lib/ImageReader.h"
#include "runtime/lib/ObjectFormat.h"

namespace llmrt {

constexpr uint64_t kMaxGraphArguments = 1 << 14;
constexpr uint32_t kMaxGraphRank = 64;
/// Dimensions of all arguments together.
constexpr uint64_t kMaxGraphDims = 1 << 16;
/// Bytes of an argument's name and of a dimension's, the zero included.
constexpr uint64_t kMaxGraphName = 4096;
constexpr uint64_t kMaxDimName = 256;
constexpr int64_t kMaxExtent = int64_t(1) << 44;

/// The pointer at `address` leads to `count` arguments whose pointers lead into
/// the file as well. Fails with BAD_FILE.
Status checkGraphImage(const ImageReader &reader, uint64_t address,
                       uint64_t count);

/// Their values. Fails with BAD_FILE.
Status checkGraphArguments(const GraphArgument *arguments, uint64_t count);

} // namespace llmrt

#endif // LLMRT_LIB_GRAPHCHECK_H
