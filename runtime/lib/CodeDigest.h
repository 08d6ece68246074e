//===- CodeDigest.h - The digest of an object's code ------------*- C++ -*-===//
//
// ObjectDescriptor::codeDigest as ObjectFormat.h defines it. llm-compile stores
// it into the linked file, the runtime compares it before the file is loaded.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CODEDIGEST_H
#define LLMRT_LIB_CODEDIGEST_H

#include "runtime/lib/ElfImage.h"
#include "runtime/lib/Sha256.h"

namespace llmrt {

struct CodeDigest {
  Sha256::Digest value;
  /// Where ObjectDescriptor::codeDigest lies in the file.
  uint64_t fileOffset;
};

/// The weight segment of an object: the PT_LOAD that weightsOffset points to,
/// null for an object whose weights are elsewhere or absent. Fails with
/// BAD_FILE if weightsOffset and weightsBytes do not name a read-only PT_LOAD.
Status findWeightSegment(const ElfImage &image,
                         const ElfImage::Segment *&segment);

/// Computes the digest of a linked object, whatever codeDigest holds now. Reads
/// no byte of the weight segment. Fails with BAD_FILE; lastError() of Status.h
/// says why.
Status computeCodeDigest(const uint8_t *file, uint64_t size,
                         CodeDigest &digest);

/// The same for an object that has been parsed.
Status computeCodeDigest(const uint8_t *file, const ElfImage &image,
                         CodeDigest &digest);

} // namespace llmrt

#endif // LLMRT_LIB_CODEDIGEST_H
