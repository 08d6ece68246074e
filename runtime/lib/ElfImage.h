//===- ElfImage.h - The strict reading of an object's ELF file --*- C++ -*-===//
//
// A compiled object is handed to the dynamic loader only after this reading has
// found every table that the loader will walk inside of the file, and nothing
// that would run code or need another library: no constructor, no TLS, no text
// relocation, no undefined symbol, RELATIVE relocations only, one exported
// symbol. Section headers are not looked at: strip may take them.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_ELFIMAGE_H
#define LLMRT_LIB_ELFIMAGE_H

#include "runtime/lib/Status.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace llmrt {

class ElfImage {
public:
  /// A PT_LOAD: `fileBytes` bytes at `offset` of the file appear at `address`,
  /// zeros follow up to `memoryBytes`.
  struct Segment {
    uint64_t address, memoryBytes, offset, fileBytes;
    bool writable, executable;
    bool holds(uint64_t at, uint64_t size) const {
      return at >= address && at - address <= memoryBytes &&
             size <= memoryBytes - (at - address);
    }
  };

  /// What a program header says but for where in the file it points, which
  /// tools that rewrite the file may change. That is checked instead.
  struct Header {
    uint32_t type, flags;
    uint64_t address, fileBytes, memoryBytes, alignment;
  };

  /// Reads and checks; `bytes` must outlive the image. Fails with BAD_FILE.
  Status parse(const uint8_t *bytes, uint64_t size);

  const std::vector<Segment> &segments() const { return loads; }
  /// The program headers in order, PT_NULL left out.
  const std::vector<Header> &headers() const { return programs; }
  /// The only exported symbol, whose name starts with "llmrt_model_".
  std::string_view symbolName() const { return exportedName; }
  uint64_t symbolAddress() const { return exportedAddress; }
  uint64_t symbolSize() const { return exportedSize; }
  /// Where the program headers lie in the file.
  uint64_t headersOffset() const { return programOffset; }
  uint64_t headersBytes() const { return programBytes; }

  /// The file's bytes that appear at an address; null unless all of them lie in
  /// the file part of one segment.
  const uint8_t *at(uint64_t address, uint64_t size) const;
  /// The segment that an address range lies in, or null.
  const Segment *segmentOf(uint64_t address, uint64_t size) const;
  /// The value that the loader will store at `address` for an image loaded at
  /// 0, if a relocation does so.
  bool relocated(uint64_t address, uint64_t &value) const;
  /// The address and value of every relocation, by rising address.
  const std::vector<std::pair<uint64_t, uint64_t>> &relocations() const {
    return relatives;
  }

private:
  struct Tables;
  Status readProgramHeaders();
  Status addLoad(unsigned index, const Segment &load, uint64_t alignment);
  Status readDynamic(Tables &tables);
  Status readRelocations(const Tables &tables);
  Status countSymbols(const Tables &tables, uint64_t &count) const;
  Status readSymbols(const Tables &tables);
  template <typename T> bool read(uint64_t address, T &value) const;

  const uint8_t *file = nullptr;
  uint64_t fileSize = 0;
  uint64_t programOffset = 0, programBytes = 0;
  uint64_t dynamicAddress = 0, dynamicBytes = 0;
  std::vector<Segment> loads;
  std::vector<Header> programs;
  std::vector<std::pair<uint64_t, uint64_t>> relatives;
  std::string_view exportedName;
  uint64_t exportedAddress = 0, exportedSize = 0;
};

} // namespace llmrt

#endif // LLMRT_LIB_ELFIMAGE_H
