//===- ImageReader.h - Follow a descriptor's pointers in a file -*- C++ -*-===//
//
// Before an object is loaded its pointers are relocations. Each is followed
// here through the bytes of the file, and leads to a whole table or string or
// is refused with BAD_FILE.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_IMAGEREADER_H
#define LLMRT_LIB_IMAGEREADER_H

#include "runtime/lib/ElfImage.h"

namespace llmrt {

class ImageReader {
public:
  explicit ImageReader(const ElfImage &image) : image(image) {}

  /// The address that the pointer at `address` will hold names `size` bytes of
  /// the file, suitably aligned.
  Status follow(const char *what, uint64_t address, uint64_t size,
                uint64_t alignment, uint64_t &target) const;

  /// The pointer at `address` leads to a string that ends within `limit`.
  Status checkString(const char *what, uint64_t address, uint64_t limit) const;

  /// The ByteSpan at `address` is empty or leads to as many bytes.
  Status checkSpan(const char *what, uint64_t address) const;

  /// Whether the pointer at `address` stays null.
  bool isNull(uint64_t address) const;

  /// The bytes of a table that was followed.
  const uint8_t *at(uint64_t address, uint64_t size) const {
    return image.at(address, size);
  }

private:
  const ElfImage &image;
};

} // namespace llmrt

#endif // LLMRT_LIB_IMAGEREADER_H
