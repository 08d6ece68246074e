//===- ElfImage.cpp - The strict reading of an object's ELF file ----------===//
//
// Everything is checked against what lld writes for a compiled object; what is
// not known to be harmless is refused by name. All sums are formed so that they
// cannot wrap: a size is compared with what is left, never added first.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/ElfImage.h"

#include <elf.h>

#include <algorithm>
#include <cinttypes>
#include <cstring>

using namespace llmrt;

/// The page size that segments must keep apart by.
static constexpr uint64_t kPage = 4096;
/// Addresses and sizes stay below what an x86-64 process can map.
static constexpr uint64_t kAddressLimit = uint64_t(1) << 46;
static constexpr uint64_t kMaxProgramHeaders = 64;
static constexpr uint64_t kMaxSymbolName = 256;

/// What the dynamic section points to. Zero: absent.
struct ElfImage::Tables {
  uint64_t strings = 0, stringBytes = 0;
  uint64_t symbols = 0;
  uint64_t hash = 0, gnuHash = 0;
  uint64_t relocations = 0, relocationBytes = 0;
};

static bool fits(uint64_t offset, uint64_t size, uint64_t limit) {
  return offset <= limit && size <= limit - offset;
}

template <typename T> bool ElfImage::read(uint64_t address, T &value) const {
  const uint8_t *bytes = at(address, sizeof(T));
  if (bytes)
    memcpy(&value, bytes, sizeof(T));
  return bytes;
}

const uint8_t *ElfImage::at(uint64_t address, uint64_t size) const {
  for (const Segment &load : loads)
    if (address >= load.address &&
        fits(address - load.address, size, load.fileBytes))
      return file + load.offset + (address - load.address);
  return nullptr;
}

const ElfImage::Segment *ElfImage::segmentOf(uint64_t address,
                                             uint64_t size) const {
  for (const Segment &load : loads)
    if (load.holds(address, size))
      return &load;
  return nullptr;
}

bool ElfImage::relocated(uint64_t address, uint64_t &value) const {
  auto found = std::lower_bound(relatives.begin(), relatives.end(),
                                std::make_pair(address, uint64_t(0)));
  if (found == relatives.end() || found->first != address)
    return false;
  value = found->second;
  return true;
}

Status ElfImage::parse(const uint8_t *bytes, uint64_t size) {
  file = bytes;
  fileSize = size;
  if (Status status = readProgramHeaders())
    return status;
  Tables tables;
  if (Status status = readDynamic(tables))
    return status;
  if (Status status = readRelocations(tables))
    return status;
  return readSymbols(tables);
}

Status ElfImage::readProgramHeaders() {
  Elf64_Ehdr header;
  if (fileSize < sizeof(header))
    return fail(LLMRT_BAD_FILE,
                "the file has %" PRIu64 " bytes; an ELF header has %zu",
                fileSize, sizeof(header));
  memcpy(&header, file, sizeof(header));
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return fail(LLMRT_BAD_FILE, "the file does not start with ELF's magic "
                                "number; it is no shared object");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_ident[EI_VERSION] != EV_CURRENT ||
      (header.e_ident[EI_OSABI] != ELFOSABI_SYSV &&
       header.e_ident[EI_OSABI] != ELFOSABI_GNU) ||
      header.e_type != ET_DYN || header.e_machine != EM_X86_64 ||
      header.e_version != EV_CURRENT)
    return fail(LLMRT_BAD_FILE, "the ELF header is not that of a 64-bit "
                                "little-endian x86-64 shared object");
  if (header.e_ehsize != sizeof(Elf64_Ehdr) ||
      header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 ||
      header.e_phnum > kMaxProgramHeaders)
    return fail(LLMRT_BAD_FILE,
                "the ELF header names %u program headers of %u bytes; 1 to "
                "%" PRIu64 " of %zu are accepted",
                header.e_phnum, header.e_phentsize, kMaxProgramHeaders,
                sizeof(Elf64_Phdr));
  programOffset = header.e_phoff;
  programBytes = uint64_t(header.e_phnum) * sizeof(Elf64_Phdr);
  if (programOffset < sizeof(header) || programOffset % 8 != 0 ||
      !fits(programOffset, programBytes, fileSize))
    return fail(LLMRT_BAD_FILE,
                "the program headers at byte %" PRIu64
                " do not lie in the file of %" PRIu64 " bytes",
                programOffset, fileSize);

  bool stackIsPlain = false;
  std::vector<Segment> inner; // parts of a PT_LOAD that the loader reads
  for (unsigned index = 0; index < header.e_phnum; ++index) {
    Elf64_Phdr program;
    memcpy(&program, file + programOffset + index * sizeof(program),
           sizeof(program));
    Segment segment = {program.p_vaddr,
                       program.p_memsz,
                       program.p_offset,
                       program.p_filesz,
                       (program.p_flags & PF_W) != 0,
                       (program.p_flags & PF_X) != 0};
    if (program.p_type == PT_NULL)
      continue;
    programs.push_back({program.p_type, program.p_flags, program.p_vaddr,
                        program.p_filesz, program.p_memsz, program.p_align});
    switch (program.p_type) {
    case PT_LOAD:
      if (Status status = addLoad(index, segment, program.p_align))
        return status;
      continue;
    case PT_GNU_STACK:
      if (segment.executable)
        return fail(LLMRT_BAD_FILE, "the object asks for an executable stack");
      if (segment.offset != 0 || segment.fileBytes != 0)
        return fail(LLMRT_BAD_FILE, "PT_GNU_STACK names a part of the file");
      stackIsPlain = true;
      continue;
    case PT_DYNAMIC:
      if (dynamicBytes != 0 || segment.fileBytes == 0)
        return fail(LLMRT_BAD_FILE,
                    "program header %u is an empty or second "
                    "PT_DYNAMIC",
                    index);
      dynamicAddress = segment.address;
      dynamicBytes = segment.fileBytes;
      break;
    case PT_PHDR:
    case PT_NOTE:
    case PT_GNU_EH_FRAME:
    case PT_GNU_RELRO:
    case PT_GNU_PROPERTY:
      break;
    default:
      return fail(LLMRT_BAD_FILE,
                  "program header %u has type 0x%x, which no compiled object "
                  "has",
                  index, program.p_type);
    }
    inner.push_back(segment);
  }
  if (loads.empty() || dynamicBytes == 0)
    return fail(LLMRT_BAD_FILE, "the object has no PT_LOAD or no PT_DYNAMIC");
  if (!stackIsPlain)
    return fail(LLMRT_BAD_FILE, "the object has no PT_GNU_STACK, so that the "
                                "loader would make stacks executable");
  for (const Segment &part : inner) {
    const uint8_t *bytes = at(part.address, part.fileBytes);
    if (!segmentOf(part.address, part.memoryBytes) || !bytes)
      return fail(LLMRT_BAD_FILE,
                  "a program header names %" PRIu64 " bytes at address "
                  "0x%" PRIx64 ", which lie in no PT_LOAD",
                  part.memoryBytes, part.address);
    if (part.offset != uint64_t(bytes - file))
      return fail(LLMRT_BAD_FILE,
                  "a program header names byte %" PRIu64 " of the file for "
                  "address 0x%" PRIx64 ", a PT_LOAD byte %" PRIu64,
                  part.offset, part.address, uint64_t(bytes - file));
  }
  return LLMRT_OK;
}

Status ElfImage::addLoad(unsigned index, const Segment &load,
                         uint64_t alignment) {
  if (!fits(load.offset, load.fileBytes, fileSize))
    return fail(LLMRT_BAD_FILE,
                "program header %u names bytes %" PRIu64 " to %" PRIu64
                " + %" PRIu64 ", but the file has %" PRIu64 "; it may have "
                "been cut short",
                index, load.offset, load.offset, load.fileBytes, fileSize);
  if (load.fileBytes > load.memoryBytes || load.memoryBytes == 0 ||
      !fits(load.address, load.memoryBytes, kAddressLimit))
    return fail(LLMRT_BAD_FILE,
                "program header %u maps %" PRIu64 " bytes of the file to "
                "%" PRIu64 " bytes at address 0x%" PRIx64,
                index, load.fileBytes, load.memoryBytes, load.address);
  if (alignment < kPage || (alignment & (alignment - 1)) != 0 ||
      alignment > kAddressLimit ||
      (load.address - load.offset) % alignment != 0)
    return fail(LLMRT_BAD_FILE,
                "program header %u: offset %" PRIu64 " cannot be mapped to "
                "address 0x%" PRIx64 " with alignment %" PRIu64,
                index, load.offset, load.address, alignment);
  if (load.writable && load.executable)
    return fail(LLMRT_BAD_FILE,
                "program header %u is both writable and executable", index);
  if (!loads.empty()) {
    const Segment &last = loads.back();
    uint64_t end = (last.address + last.memoryBytes + kPage - 1) & -kPage;
    if ((load.address & -kPage) < end)
      return fail(LLMRT_BAD_FILE,
                  "program header %u starts at address 0x%" PRIx64
                  ", inside of the segment before it",
                  index, load.address);
    if (load.offset < last.offset + last.fileBytes)
      return fail(LLMRT_BAD_FILE,
                  "program header %u starts at byte %" PRIu64
                  " of the file, inside of the segment before it",
                  index, load.offset);
  }
  loads.push_back(load);
  return LLMRT_OK;
}

Status ElfImage::readDynamic(Tables &tables) {
  // Flags that change nothing here: symbols bind at once and to this object.
  constexpr uint64_t harmlessFlags = DF_BIND_NOW | DF_SYMBOLIC;
  constexpr uint64_t harmlessFlags1 = DF_1_NOW;
  uint64_t relocationEntry = sizeof(Elf64_Rela);
  uint64_t symbolEntry = sizeof(Elf64_Sym);
  bool ended = false;
  for (uint64_t index = 0;
       !ended && (index + 1) * sizeof(Elf64_Dyn) <= dynamicBytes; ++index) {
    Elf64_Dyn entry;
    if (!read(dynamicAddress + index * sizeof(entry), entry))
      break;
    uint64_t value = entry.d_un.d_val;
    switch (entry.d_tag) {
    case DT_NULL:
      ended = true;
      break;
    case DT_SONAME:
    case DT_RELACOUNT:
    case DT_SYMBOLIC:
    case DT_BIND_NOW:
      break;
    case DT_STRTAB:
      tables.strings = value;
      break;
    case DT_STRSZ:
      tables.stringBytes = value;
      break;
    case DT_SYMTAB:
      tables.symbols = value;
      break;
    case DT_SYMENT:
      symbolEntry = value;
      break;
    case DT_HASH:
      tables.hash = value;
      break;
    case DT_GNU_HASH:
      tables.gnuHash = value;
      break;
    case DT_RELA:
      tables.relocations = value;
      break;
    case DT_RELASZ:
      tables.relocationBytes = value;
      break;
    case DT_RELAENT:
      relocationEntry = value;
      break;
    case DT_FLAGS:
      if (value & ~harmlessFlags)
        return fail(LLMRT_BAD_FILE,
                    "DT_FLAGS is 0x%" PRIx64 "; text relocations and static "
                    "TLS are not accepted",
                    value);
      break;
    case DT_FLAGS_1:
      if (value & ~harmlessFlags1)
        return fail(LLMRT_BAD_FILE,
                    "DT_FLAGS_1 is 0x%" PRIx64 "; only DF_1_NOW is accepted",
                    value);
      break;
    case DT_NEEDED:
      return fail(LLMRT_BAD_FILE, "the object needs another library; a "
                                  "compiled object needs none");
    case DT_INIT:
    case DT_INIT_ARRAY:
    case DT_PREINIT_ARRAY:
    case DT_FINI:
    case DT_FINI_ARRAY:
      return fail(LLMRT_BAD_FILE, "the object would run code while it is "
                                  "loaded or closed");
    default:
      return fail(LLMRT_BAD_FILE,
                  "the dynamic section has a tag 0x%" PRIx64
                  ", which no compiled object has",
                  uint64_t(entry.d_tag));
    }
  }
  if (!ended)
    return fail(LLMRT_BAD_FILE, "the dynamic section does not end");
  if (symbolEntry != sizeof(Elf64_Sym) || relocationEntry != sizeof(Elf64_Rela))
    return fail(LLMRT_BAD_FILE,
                "the dynamic section names symbols of %" PRIu64
                " and relocations of %" PRIu64 " bytes",
                symbolEntry, relocationEntry);
  if (tables.stringBytes == 0 || !at(tables.strings, tables.stringBytes) ||
      *at(tables.strings + tables.stringBytes - 1, 1) != 0)
    return fail(LLMRT_BAD_FILE, "the names of the symbols do not lie in the "
                                "file or are not terminated");
  return LLMRT_OK;
}

Status ElfImage::readRelocations(const Tables &tables) {
  if (tables.relocationBytes == 0)
    return LLMRT_OK;
  const uint8_t *bytes = at(tables.relocations, tables.relocationBytes);
  if (!bytes || tables.relocationBytes % sizeof(Elf64_Rela) != 0)
    return fail(LLMRT_BAD_FILE,
                "%" PRIu64 " bytes of relocations at address 0x%" PRIx64
                " do not lie in the file",
                tables.relocationBytes, tables.relocations);
  uint64_t end = loads.back().address + loads.back().memoryBytes;
  uint64_t count = tables.relocationBytes / sizeof(Elf64_Rela);
  relatives.reserve(count);
  for (uint64_t index = 0; index < count; ++index) {
    Elf64_Rela relocation;
    memcpy(&relocation, bytes + index * sizeof(relocation), sizeof(relocation));
    if (relocation.r_info != ELF64_R_INFO(0, R_X86_64_RELATIVE))
      return fail(LLMRT_BAD_FILE,
                  "relocation %" PRIu64 " has type %" PRIu64 " and symbol "
                  "%" PRIu64 "; only RELATIVE relocations are accepted",
                  index, uint64_t(ELF64_R_TYPE(relocation.r_info)),
                  uint64_t(ELF64_R_SYM(relocation.r_info)));
    const Segment *target = segmentOf(relocation.r_offset, 8);
    uint64_t value = uint64_t(relocation.r_addend);
    if (!target || !target->writable || relocation.r_offset % 8 != 0 ||
        value > end)
      return fail(LLMRT_BAD_FILE,
                  "relocation %" PRIu64 " stores 0x%" PRIx64 " at 0x%" PRIx64
                  ", outside of the object's data",
                  index, value, uint64_t(relocation.r_offset));
    relatives.push_back({relocation.r_offset, value});
  }
  std::sort(relatives.begin(), relatives.end());
  for (uint64_t index = 1; index < count; ++index)
    if (relatives[index].first == relatives[index - 1].first)
      return fail(LLMRT_BAD_FILE, "two relocations store at address 0x%" PRIx64,
                  relatives[index].first);
  // The loader reads the dynamic section while it stores: it must not change.
  auto inside = std::lower_bound(relatives.begin(), relatives.end(),
                                 std::make_pair(dynamicAddress, uint64_t(0)));
  if (inside != relatives.end() &&
      inside->first - dynamicAddress < dynamicBytes)
    return fail(LLMRT_BAD_FILE, "a relocation stores into the dynamic section");
  return LLMRT_OK;
}

/// The dynamic section does not say how many symbols there are; the hash tables
/// do, and the loader will walk them.
Status ElfImage::countSymbols(const Tables &tables, uint64_t &count) const {
  count = 0;
  if (tables.hash) {
    uint32_t sizes[2]; // buckets, chains
    if (!read(tables.hash, sizes) || sizes[0] == 0 ||
        !at(tables.hash, 8 + 4 * (uint64_t(sizes[0]) + sizes[1])))
      return fail(LLMRT_BAD_FILE, "DT_HASH does not lie in the file");
    count = sizes[1];
  }
  if (tables.gnuHash) {
    struct {
      uint32_t buckets, firstSymbol, bloomWords, bloomShift;
    } header;
    uint64_t buckets = 0, chains = 0;
    if (read(tables.gnuHash, header)) {
      buckets = tables.gnuHash + 16 + uint64_t(header.bloomWords) * 8;
      chains = buckets + uint64_t(header.buckets) * 4;
    }
    if (!buckets || header.buckets == 0 || header.bloomWords == 0 ||
        (header.bloomWords & (header.bloomWords - 1)) != 0 ||
        header.bloomShift > 63 || !at(tables.gnuHash, chains - tables.gnuHash))
      return fail(LLMRT_BAD_FILE, "DT_GNU_HASH does not lie in the file");
    uint32_t last = 0;
    for (uint64_t bucket = 0; bucket < header.buckets; ++bucket) {
      uint32_t first;
      if (!read(buckets + bucket * 4, first) ||
          (first != 0 && first < header.firstSymbol))
        return fail(LLMRT_BAD_FILE, "a bucket of DT_GNU_HASH names a symbol "
                                    "that is not hashed");
      last = std::max(last, first);
    }
    uint64_t hashed = header.firstSymbol;
    if (last != 0) {
      // The chain of the last bucket ends with an odd value.
      uint32_t value = 0;
      for (hashed = last; !(value & 1); ++hashed)
        if (!read(chains + (hashed - header.firstSymbol) * 4, value))
          return fail(LLMRT_BAD_FILE, "a chain of DT_GNU_HASH does not end");
    }
    if (tables.hash && count != hashed)
      return fail(LLMRT_BAD_FILE,
                  "DT_HASH counts %" PRIu64 " symbols, DT_GNU_HASH %" PRIu64,
                  count, hashed);
    count = hashed;
  }
  if (count < 2)
    return fail(LLMRT_BAD_FILE, "the object exports nothing; a compiled object "
                                "exports llmrt_model_<name>");
  return LLMRT_OK;
}

Status ElfImage::readSymbols(const Tables &tables) {
  uint64_t count;
  if (Status status = countSymbols(tables, count))
    return status;
  const uint8_t *symbols = at(tables.symbols, count * sizeof(Elf64_Sym));
  if (!symbols)
    return fail(LLMRT_BAD_FILE,
                "%" PRIu64 " symbols at address 0x%" PRIx64
                " do not lie in the file",
                count, tables.symbols);
  const char *strings =
      reinterpret_cast<const char *>(at(tables.strings, tables.stringBytes));
  for (uint64_t index = 1; index < count; ++index) {
    Elf64_Sym symbol;
    memcpy(&symbol, symbols + index * sizeof(symbol), sizeof(symbol));
    if (symbol.st_name >= tables.stringBytes)
      return fail(LLMRT_BAD_FILE, "symbol %" PRIu64 " has no name", index);
    std::string_view name = strings + symbol.st_name; // terminated: checked
    int shown = int(std::min<uint64_t>(name.size(), 80));
    if (symbol.st_shndx == SHN_UNDEF)
      return fail(LLMRT_BAD_FILE,
                  "the object needs the symbol '%.*s' from elsewhere; a "
                  "compiled object needs none",
                  shown, name.data());
    constexpr std::string_view prefix = "llmrt_model_";
    if (name.substr(0, prefix.size()) != prefix ||
        name.size() > kMaxSymbolName ||
        ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT ||
        ELF64_ST_BIND(symbol.st_info) != STB_GLOBAL || !exportedName.empty())
      return fail(LLMRT_BAD_FILE,
                  "the object exports '%.*s'; a compiled object exports one "
                  "datum, llmrt_model_<name>",
                  shown, name.data());
    exportedName = name;
    exportedAddress = symbol.st_value;
    exportedSize = symbol.st_size;
  }
  return LLMRT_OK;
}
