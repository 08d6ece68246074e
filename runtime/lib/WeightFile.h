//===- WeightFile.h - Weights in a file of their own ------------*- C++ -*-===//
//
// An object compiled with --weights=file has weightsBytes but no weightsOffset;
// its weight segment is the data of a safetensors file beside it:
//
//   u64 n | n bytes of JSON, padded with spaces so that the data starts at a
//   multiple of 4096 | weightsBytes bytes of data, which end the file
//
// The JSON names one U8 tensor and, in its metadata, the segment's digest in
// lower-case hexadecimal. The runtime reads no JSON: it looks for that text, so
// that the weights of another model are refused rather than computed with.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_WEIGHTFILE_H
#define LLMRT_LIB_WEIGHTFILE_H

#include "runtime/lib/MappedRegion.h"
#include "runtime/lib/ObjectFormat.h"
#include "runtime/lib/Sha256.h"

namespace llmrt {

/// Maps the file and finds the weight segment in it. Fails with NOT_FOUND,
/// BAD_FILE or SYSTEM.
Status openWeightFile(const char *path, const ObjectDescriptor &descriptor,
                      MappedRegion &file, const uint8_t *&weights);

/// ObjectDescriptor::weightsDigest of a segment.
Sha256::Digest computeWeightsDigest(const uint8_t *weights, uint64_t size);

} // namespace llmrt

#endif // LLMRT_LIB_WEIGHTFILE_H
