//===- ObjectFile.h - A compiled object, checked, then mapped ---*- C++ -*-===//
//
// Opening runs none of the object's code: the file is read and checked as bytes
// first (ElfImage, ObjectCheck, CodeDigest), then given to the dynamic loader,
// which finds nothing in it to run.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_OBJECTFILE_H
#define LLMRT_LIB_OBJECTFILE_H

#include "runtime/lib/ObjectFormat.h"
#include "runtime/lib/Status.h"

namespace llmrt {

/// Checks the bytes of a file as llmrt_open does before it loads them: never
/// crashes, whatever they are. Fails with BAD_FILE or WRONG_VERSION.
Status checkObjectBytes(const uint8_t *bytes, uint64_t size);

class ObjectFile {
public:
  ObjectFile() = default;
  ObjectFile(const ObjectFile &) = delete;
  ~ObjectFile();

  /// Checks and maps the object at `path`. Fails as llmrt_open does.
  Status open(const char *path);

  /// Null until opened.
  const ObjectDescriptor *descriptor() const { return mapped; }
  /// Private memory that loading took: the segments that relocations change.
  uint64_t privateBytes() const { return writableBytes; }

private:
  void *library = nullptr;
  const ObjectDescriptor *mapped = nullptr;
  uint64_t writableBytes = 0;
};

} // namespace llmrt

#endif // LLMRT_LIB_OBJECTFILE_H
