//===- ObjectEditor.h - Change the bytes of a compiled object ---*- C++ -*-===//

#ifndef LLM_TESTS_RUNTIME_OBJECTEDITOR_H
#define LLM_TESTS_RUNTIME_OBJECTEDITOR_H

#include "runtime/lib/CodeDigest.h"
#include "runtime/lib/ObjectFormat.h"
#include "runtime/lib/WeightFile.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace llmrt {

class ObjectEditor {
public:
  std::vector<uint8_t> bytes;

  bool load(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
    return !bytes.empty();
  }

  bool store(const std::string &path) const {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char *>(bytes.data()),
               std::streamsize(bytes.size()));
    return bool(file.flush());
  }

  template <typename T> T &at(uint64_t offset) {
    return reinterpret_cast<T &>(bytes.at(offset));
  }
  Elf64_Ehdr &header() { return at<Elf64_Ehdr>(0); }
  Elf64_Phdr &program(unsigned index) {
    return at<Elf64_Phdr>(header().e_phoff + index * sizeof(Elf64_Phdr));
  }
  /// The n-th program header of a type.
  Elf64_Phdr &program(uint32_t type, unsigned n) {
    for (unsigned index = 0;; ++index)
      if (program(index).p_type == type && n-- == 0)
        return program(index);
  }

  /// Where an address lies in the file.
  uint64_t offsetOf(uint64_t address) {
    for (unsigned n = 0;; ++n) {
      Elf64_Phdr &load = program(PT_LOAD, n);
      if (address - load.p_vaddr < load.p_filesz)
        return load.p_offset + (address - load.p_vaddr);
    }
  }

  /// The value of an entry of the dynamic section; where it lies.
  Elf64_Dyn &dynamic(int64_t tag) {
    uint64_t offset = program(PT_DYNAMIC, 0).p_offset;
    while (at<Elf64_Dyn>(offset).d_tag != tag)
      offset += sizeof(Elf64_Dyn);
    return at<Elf64_Dyn>(offset);
  }

  /// The exported symbol; its value is the descriptor's address.
  Elf64_Sym &symbol() {
    return at<Elf64_Sym>(offsetOf(dynamic(DT_SYMTAB).d_un.d_ptr) +
                         sizeof(Elf64_Sym));
  }
  ObjectDescriptor &descriptor() {
    return at<ObjectDescriptor>(offsetOf(symbol().st_value));
  }
  /// The value that a relocation stores into a field of the descriptor.
  Elf64_Sxword &pointer(size_t fieldOffset) {
    return relocation(symbol().st_value + fieldOffset).r_addend;
  }
  Elf64_Rela &relocation(uint64_t address) {
    uint64_t offset = offsetOf(dynamic(DT_RELA).d_un.d_ptr);
    while (at<Elf64_Rela>(offset).r_offset != address)
      offset += sizeof(Elf64_Rela);
    return at<Elf64_Rela>(offset);
  }

  /// Copies bytes to where a ByteSpan of the descriptor has room for them.
  bool fillRoom(size_t spanOffset, const std::vector<uint8_t> &contents) {
    ByteSpan &span = at<ByteSpan>(offsetOf(symbol().st_value) + spanOffset);
    if (span.size == 0) // a seed for fuzzing
      return true;
    if (contents.size() > span.size)
      return false;
    span.size = contents.size();
    uint64_t offset = offsetOf(uint64_t(pointer(spanOffset)));
    std::copy(contents.begin(), contents.end(), bytes.begin() + long(offset));
    return true;
  }

  /// The last PT_LOAD is the weights: says so in the descriptor, and digests.
  bool seal() {
    unsigned loads = 0;
    for (unsigned index = 0; index < header().e_phnum; ++index)
      loads += program(index).p_type == PT_LOAD;
    Elf64_Phdr &weights = program(PT_LOAD, loads - 1);
    ObjectDescriptor &object = descriptor();
    object.weightsOffset = int64_t(weights.p_vaddr - symbol().st_value);
    Sha256::Digest digest = computeWeightsDigest(
        bytes.data() + weights.p_offset, object.weightsBytes);
    memcpy(object.weightsDigest, digest.data(), digest.size());
    return sealCode();
  }

  bool sealCode() {
    CodeDigest digest;
    if (computeCodeDigest(bytes.data(), bytes.size(), digest))
      return false;
    memcpy(bytes.data() + digest.fileOffset, digest.value.data(),
           digest.value.size());
    return true;
  }
};

} // namespace llmrt

#endif // LLM_TESTS_RUNTIME_OBJECTEDITOR_H
